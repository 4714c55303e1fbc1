#include "container/flv/common_format.h"

#include <algorithm>

namespace eyas::flv {
namespace {

using media::Codec;

// AC-3 and FLAC come from senders whose players were chosen for them.
bool is_common(Codec codec) {
  return codec != Codec::kOpus && codec != Codec::kG711A && codec != Codec::kG711U && codec != Codec::kG726 &&
         codec != Codec::kL16;
}

}  // namespace

void CommonFormat::set_tracks(const media::TrackSet& tracks, std::vector<UnitPtr>& out) {
  tracks_ = tracks;
  // Whose peer knows several audio tracks knows Enhanced RTMP: only the first is everybody's.
  auto sound = std::ranges::find(tracks_, media::TrackKind::kAudio, &media::Track::kind);
  bool common = sound == tracks_.end() || is_common((*sound)->config.codec);
  media::TrackId waits_of = common ? 0 : (*sound)->id;
  if (waits_of != waits_of_) {
    waits_of_ = waits_of;
    since_ = clock_.mono();
    in_vain_ = false;
  }
  bool waits = waits_of_ != 0 && !in_vain_;
  bool made = sound != tracks_.end() && (*sound)->derived();
  media::TrackSet carried = tracks_;
  if (waits) std::erase(carried, *sound);
  promise_sound(waits, waits_of_ != 0 || made);
  Format::set_tracks(carried, out);
}

void CommonFormat::package(const media::FramePtr& frame, std::vector<UnitPtr>& out) {
  if (waits_of_ != 0 && !in_vain_ && clock_.mono() - since_ > settings_.aac_wait) {
    in_vain_ = true;
    set_tracks(media::TrackSet(tracks_), out);
  }
  Format::package(frame, out);
}

}  // namespace eyas::flv
