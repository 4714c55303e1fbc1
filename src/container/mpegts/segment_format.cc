#include "container/mpegts/segment_format.h"

#include <algorithm>
#include <iterator>

namespace eyas::mpegts {
namespace {

constexpr base::Duration kHole = std::chrono::seconds(1);

// The same media in the same configurations: a decoder goes on as it is.
bool same_decoders(const media::TrackSet& a, const media::TrackSet& b) {
  return std::ranges::equal(a, b, [](const media::TrackPtr& one, const media::TrackPtr& other) {
    return one->id == other->id && one->config.same_decoder(other->config) &&
           one->media_type == other->media_type;
  });
}

// What HLS has in transport streams [RFC 8216 3.2, HLS Authoring Specification 2.1]: of what those carry, all
// but Opus and AV1.
bool players_know(const media::Track& track) {
  media::Codec codec = track.config.codec;
  return Format::carries(track) && codec != media::Codec::kOpus && codec != media::Codec::kAv1;
}

}  // namespace

TsSegmentPtr TsWindow::find(uint64_t number) const {
  for (const auto* segments : {&listed, &retired}) {
    const auto found =
        std::ranges::find(*segments, number, [](const auto& segment) { return segment->number; });
    if (found != segments->end()) return *found;
  }
  return nullptr;
}

media::TrackSet SegmentFormat::select(const media::TrackSet& all) {
  media::TrackSet programme = media::programme_of(all);
  media::TrackSet in_aac = media::programme_with(media::Codec::kAac, all);
  for (size_t i = 0; i < programme.size(); ++i) {
    if (!players_know(*programme[i])) programme[i] = in_aac[i];
  }
  // Its sound may be AAC soon; pictures are in AV1 for good.
  std::erase_if(programme,
                [](const media::TrackPtr& track) { return track->config.codec == media::Codec::kAv1; });
  return programme;
}

SegmentFormat::SegmentFormat(const Settings& settings, const std::string&, const base::Clock& clock)
    : settings_(settings),
      clock_(clock),
      next_number_(static_cast<uint64_t>(
          std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count())) {
  window_.target = std::chrono::ceil<std::chrono::seconds>(settings.segment_duration_max);
}

void SegmentFormat::set_tracks(const media::TrackSet& tracks, std::vector<std::shared_ptr<const TsWindow>>&) {
  media::TrackSet carried;
  std::ranges::copy_if(tracks, std::back_inserter(carried),
                       [](const media::TrackPtr& track) { return Format::carries(*track); });
  discontinuity_due_ |= open_.has_value() && !same_decoders(carried, tracks_);
  tracks_ = std::move(carried);
  const auto is_sound = [](const media::TrackPtr& track) {
    return track->kind() == media::TrackKind::kAudio;
  };
  has_aac_ = std::ranges::any_of(
      tracks, [&](const media::TrackPtr& track) { return is_sound(track) && track->derived(); });
  window_.wants_aac = has_aac_ || std::ranges::any_of(tracks, [&](const media::TrackPtr& track) {
                        return is_sound(track) && !players_know(*track);
                      });
  packager_.set_tracks(tracks, units_);
}

bool SegmentFormat::waits_for_aac(const media::Frame& frame) {
  if (!window_.wants_aac || has_aac_ || open_ || !window_.listed.empty()) return false;
  if (!aac_wanted_since_) aac_wanted_since_ = frame.dts;
  return frame.dts - *aac_wanted_since_ < settings_.aac_wait;
}

bool SegmentFormat::segment_ends_before(const mpegts::Unit& unit) const {
  const base::Duration length = unit.dts - open_since_;
  // A track may be a little behind the one that began the segment.
  if (length <= base::Duration::zero()) return false;
  if (unit.key) return discontinuity_due_ || length >= settings_.segment_duration;
  // Tables come every so often: the next ones might be too late for the target duration.
  return unit.has_tables && length + 2 * Format::kTablesEvery >= settings_.segment_duration_max;
}

void SegmentFormat::package(const media::FramePtr& frame, std::vector<std::shared_ptr<const TsWindow>>& out) {
  const bool asked = aac_wanted_since_.has_value();
  if (waits_for_aac(*frame)) {
    window_.dts = frame->dts;
    if (!asked) out.push_back(std::make_shared<const TsWindow>(window_));
    return;
  }
  units_.clear();
  packager_.package(frame, units_);
  for (const UnitPtr& unit : units_) {
    if (!open_ && !unit->key) continue;  // decoding starts at a keyframe
    if (open_ && segment_ends_before(*unit)) {
      complete(unit->dts);
      window_.dts = unit->dts;
      out.push_back(std::make_shared<const TsWindow>(window_));
    }
    if (!open_) begin(*unit, *frame);
    open_until_ = std::max(open_until_, unit->dts);
    open_->packets.push_back(unit->packets);
    open_->bytes += unit->packets.size();
    if (open_->bytes > settings_.window_bytes) give_up();
  }
}

// A sender whose time stands still would fill one segment for ever: the next one begins at a keyframe.
void SegmentFormat::give_up() {
  open_.reset();
  discontinuity_due_ = true;
  ++window_.dropped_segments;
}

void SegmentFormat::begin(const mpegts::Unit& unit, const media::Frame& frame) {
  open_.emplace();
  open_->number = next_number_++;
  open_->discontinuity = std::exchange(discontinuity_due_, false);
  open_->start = frame.capture ? *frame.capture : clock_.wall() - (clock_.mono() - frame.arrival);
  open_since_ = open_until_ = unit.dts;
}

void SegmentFormat::complete(media::MediaTime end) {
  // A publisher that was away leaves a hole, which is not the segment's.
  if (end - open_until_ > kHole) end = open_until_;
  open_->duration = end - open_since_;
  bytes_ += open_->bytes;
  window_.listed.push_back(std::make_shared<const TsSegment>(std::move(*open_)));
  open_.reset();
  slide_window();
}

// As RFC 8216 6.2.2 has it: what leaves the playlist is served for one window more.
void SegmentFormat::slide_window() {
  base::Duration total{0};
  for (const TsSegmentPtr& segment : window_.listed) total += segment->duration;
  const auto retire = [&] {
    const TsSegmentPtr& oldest = window_.listed.front();
    total -= oldest->duration;
    if (oldest->discontinuity) ++window_.discontinuity_sequence;
    window_.retired.push_back(oldest);
    window_.listed.pop_front();
  };
  const auto drop = [&] {
    bytes_ -= window_.retired.front()->bytes;
    window_.retired.pop_front();
  };
  while (window_.listed.size() > settings_.window_segments &&
         total - window_.listed.front()->duration >= 3 * window_.target)
    retire();
  while (window_.retired.size() > window_.listed.size() + 1) drop();
  while (bytes_ > settings_.window_bytes && window_.retired.size() + window_.listed.size() > 1) {
    if (window_.retired.empty()) retire();
    drop();
    ++window_.dropped_segments;
  }
}

}  // namespace eyas::mpegts
