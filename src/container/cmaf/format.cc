#include "container/cmaf/format.h"

namespace eyas::cmaf {
namespace {

// Seconds of the Unix epoch: names of segments never come back, not even after a restart.
uint64_t first_number(const base::Clock& clock) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count());
}

}  // namespace

media::TrackSet Format::select(const media::TrackSet& all) {
  media::TrackSet tracks = media::programme_of(all);
  for (const media::TrackPtr& track : media::programme_with(media::Codec::kAac, all))
    if (track->derived()) tracks.push_back(track);
  return tracks;
}

Format::Format(const Settings& settings, const std::string& stream, const base::Clock& clock)
    : clock_(clock), muxer_(stream, settings, first_number(clock)) {}

void Format::set_tracks(const media::TrackSet& tracks, std::vector<MomentPtr>&) {
  muxer_.set_tracks(tracks);
}

void Format::package(const media::FramePtr& frame, std::vector<MomentPtr>& out) {
  muxer_.push(*frame, {clock_.mono(), clock_.wall()});
  if (MomentPtr moment = muxer_.take_moment()) out.push_back(std::move(moment));
}

}  // namespace eyas::cmaf
