#include "container/cmaf/rendition.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/log.h"
#include "container/mp4/init_segment.h"

namespace eyas::cmaf {
namespace {

constexpr double kPartRoom = 1.08;   // part target over the usual part
constexpr double kPartLeast = 0.85;  // [RFC 8216bis 4.4.4.9]
constexpr uint32_t kTrackId = 1;
constexpr uint64_t kFramesForRate = 10;
constexpr double kRateTolerance = 0.0005;  // tells 29.97 from 30

}  // namespace

Rendition::Rendition(std::string name, const Settings& settings, uint64_t first_number, Slots& slots)
    : name_(std::move(name)),
      settings_(settings),
      slots_(slots),
      next_msn_(first_number),
      generation_(first_number) {}

base::Duration Rendition::to_duration(uint64_t ticks) const {
  return base::Duration(static_cast<int64_t>(ticks / timescale_ * 1'000'000'000 +
                                             ticks % timescale_ * 1'000'000'000 / timescale_));
}

uint64_t Rendition::to_ticks(base::Duration duration) const {
  const base::Duration half_tick(500'000'000 / timescale_);
  return mp4::to_ticks(media::MediaTime(duration + half_tick), timescale_);
}

// Audio times come rounded to milliseconds; packets that follow one another within one packet's length of
// where they should be are put exactly there, so that rounding is not heard.
uint64_t Rendition::ticks_of(const Frame& frame) const {
  const uint64_t at = mp4::to_ticks(frame.dts, timescale_);
  if (pending_.empty()) return at;
  const Pending& last = pending_.back();
  if (frame.nominal > base::Duration::zero()) {
    const uint64_t expected = last.dts + last.sample.duration;
    const uint64_t off = at > expected ? at - expected : expected - at;
    if (off <= last.sample.duration) return expected;
  }
  return std::max(at, last.dts + 1);
}

bool Rendition::reconfigure(const Frame& frame) {
  if (track_ && (track_ == frame.track || track_->config.same_decoder(frame.track->config))) return true;
  const mp4::InitTrack track{kTrackId, &frame.track->config};
  base::Result<base::Slice> init = mp4::init_segment({&track, 1});
  if (!init.ok()) {
    if (track_ != frame.track)
      base::log::warning("cmaf.track_left_out", {{"track", name_}, {"why", init.error().message()}});
    return false;
  }
  const bool first = track_ == nullptr;
  if (!first) ++generation_;
  track_ = frame.track;
  inits_[generation_] = {*init, track_->config};
  const uint32_t timescale = mp4::timescale_for(track_->config);
  if (first) timescale_ = timescale;
  if (!pending_.empty()) cut_part(pending_.size());
  timescale_ = timescale;
  part_ticks_ = part_target_.count() > 0 ? to_ticks(part_target_) : 0;
  // Video keeps the length that was measured: its timescale is always the same.
  if (frame.nominal.count() > 0) frame_ticks_ = to_ticks(frame.nominal);
  if (first) return true;
  complete_segment();
  // When the other track has asked for a discontinuity already, this is the same one.
  const bool told = boundary_ && boundary_->discontinuity;
  boundary_ = Began{frame.dts, true, told};
  return true;
}

void Rendition::push(Frame frame, bool leader) {
  if (!track_ && !frame.key) return;  // decoding starts at a keyframe
  if (!reconfigure(frame)) return;
  const uint64_t dts = ticks_of(frame);
  bool gap = false;
  if (!pending_.empty()) {
    pending_.back().sample.duration = static_cast<uint32_t>(dts - pending_.back().dts);
    if (part_ticks_ == 0) choose_part_target();
    gap = part_ticks_ != 0 && dts - pending_.back().dts > part_ticks_;
    if (part_ticks_ != 0) fit_into_parts();
  }
  if (!has_open_ || segment_ends_before(frame, leader, gap)) {
    complete_segment();
    begin_segment(frame);
  } else if (part_ticks_ != 0) {
    const uint64_t held = pending_ticks(pending_.size());
    if (static_cast<double>(held) >= kPartLeast * static_cast<double>(part_ticks_) &&
        held + frame_ticks_ > part_ticks_)
      cut_part(pending_.size());
  }
  append(frame, dts);
}

void Rendition::append(const Frame& frame, uint64_t dts) {
  // Bounded to a minute, far above any reordering, so that the product fits.
  constexpr int64_t kOffsetMax = 60'000'000'000;
  const int64_t offset = std::clamp<int64_t>((frame.pts - frame.dts).count(), -kOffsetMax, kOffsetMax) *
                         timescale_ / 1'000'000'000;
  Pending pending;
  pending.dts = dts;
  pending.wall = frame.wall;
  // Until the next frame says better.
  pending.sample.duration =
      static_cast<uint32_t>(frame.nominal.count() > 0 ? to_ticks(frame.nominal) : frame_ticks_);
  pending.sample.composition_offset = static_cast<int32_t>(offset);
  pending.sample.key = frame.key;
  pending.sample.payload = frame.payload;
  pending_bytes_ += frame.payload.size();
  pending_.push_back(std::move(pending));
}

bool Rendition::segment_ends_before(const Frame& frame, bool leader, bool gap) const {
  const uint64_t length = segment_ticks_ + pending_ticks(pending_.size());
  // A sender whose time stands still would fill one segment for ever.
  if (open_.bytes() + pending_bytes_ > settings_.window_bytes) return true;
  if (boundary_ && (boundary_->discontinuity || frame.dts >= boundary_->at))
    return frame.dts >= boundary_->at;
  // A playlist rounds durations to whole seconds [RFC 8216bis 4.4.3.1]: half a frame more is still legal.
  if (length + frame_ticks_ / 2 > to_ticks(settings_.segment_duration_max)) return true;
  return leader && frame.key && (gap || length + frame_ticks_ / 2 >= to_ticks(settings_.segment_duration));
}

// Parts that got longer than the target because a frame came late: what came before it is cut off when that
// is long enough for a part; else the last frame is said to end at the target, and a gap follows (the next
// fragment's decode time is its own).
void Rendition::fit_into_parts() {
  uint64_t held = pending_ticks(pending_.size());
  if (held <= part_ticks_) return;
  const size_t before = pending_.size() - 1;
  const uint64_t held_before = pending_ticks(before);
  if (static_cast<double>(held_before) >= kPartLeast * static_cast<double>(part_ticks_)) {
    cut_part(before);
    held = pending_ticks(pending_.size());
    if (held <= part_ticks_) return;
  }
  mp4::Sample& last = pending_.back().sample;
  last.duration -= static_cast<uint32_t>(std::min<uint64_t>(held - part_ticks_, last.duration - 1));
  cut_part(pending_.size());
}

void Rendition::choose_part_target() {
  const uint64_t held = pending_ticks(pending_.size());
  if (held < to_ticks(settings_.part_duration)) return;
  if (frame_ticks_ == 0) {
    std::vector<uint32_t> durations;
    for (const Pending& pending : pending_) durations.push_back(pending.sample.duration);
    std::ranges::nth_element(durations, durations.begin() + static_cast<ptrdiff_t>(durations.size() / 2));
    frame_ticks_ = std::max<uint32_t>(1, durations[durations.size() / 2]);
  }
  const double frame = base::to_seconds(to_duration(frame_ticks_));
  const double frames = std::max(1.0, std::round(base::to_seconds(settings_.part_duration) / frame));
  // Whole milliseconds, as the playlist says it.
  part_target_ =
      std::chrono::milliseconds(static_cast<int64_t>(std::ceil(frames * frame * kPartRoom * 1000)));
  part_ticks_ = to_ticks(part_target_);
}

uint64_t Rendition::pending_ticks(size_t samples) const {
  uint64_t total = 0;
  for (size_t i = 0; i < samples; ++i) total += pending_[i].sample.duration;
  return total;
}

void Rendition::cut_part(size_t samples) {
  if (samples == 0) return;
  std::vector<mp4::Sample> run_samples;
  run_samples.reserve(samples);
  for (size_t i = 0; i < samples; ++i) run_samples.push_back(std::move(pending_[i].sample));
  uint64_t ticks = 0;
  for (const mp4::Sample& sample : run_samples) {
    ticks += sample.duration;
    pending_bytes_ -= sample.payload.size();
  }
  Part part;
  part.independent = run_samples.front().key || track_->kind() != media::TrackKind::kVideo;
  part.slot = slot_of_part(part.independent);
  part.bytes = memory_.keep(write_part(run_samples, part.slot != slot_));
  slot_ = part.slot;
  segment_frames_ += samples;
  segment_ticks_ += ticks;
  // From the sums, so that the parts of a segment add up to it whatever rounding does to each.
  part.duration = to_duration(segment_ticks_) - open_.duration;
  open_.duration += part.duration;
  bytes_ += part.bytes.size();
  open_.parts.push_back(std::move(part));
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<ptrdiff_t>(samples));
  changed_ = true;
}

uint64_t Rendition::slot_of_part(bool key) const {
  const bool video = track_->kind() == media::TrackKind::kVideo;
  const Slots::Entry entry = !video ? Slots::Entry::kAlways : key ? Slots::Entry::kKey : Slots::Entry::kNone;
  const base::Duration usual = part_target_.count() > 0 ? part_target_ : settings_.part_duration;
  return slots_.slot_of(media::MediaTime(to_duration(pending_.front().dts)), entry, usual, slot_);
}

// A slot says when its first frame was taken, so that a player can tell how late it shows it.
base::Slice Rendition::write_part(std::span<const mp4::Sample> samples, bool begins_slot) {
  const Pending& first = pending_.front();
  const bool video = track_->kind() == media::TrackKind::kVideo;
  const mp4::TrackRun run{kTrackId, video, first.dts, samples};
  std::optional<mp4::ProducerTime> taken;
  if (begins_slot) {
    const auto shown =
        static_cast<uint64_t>(static_cast<int64_t>(first.dts) + samples.front().composition_offset);
    taken = mp4::ProducerTime{first.wall, kTrackId, shown};
  }
  return mp4::write_fragment(static_cast<uint32_t>(++fragments_), {&run, 1}, taken, events_.take(timescale_));
}

void Rendition::begin_segment(const Frame& frame) {
  began_ = Began{frame.dts};
  if (boundary_ && frame.dts >= boundary_->at) {
    began_ = Began{frame.dts, boundary_->discontinuity, boundary_->told};
    boundary_.reset();
  }
  // A track that comes later than the others makes a new epoch, for players learn of tracks there.
  const bool late = !slot_ && slots_.settled();
  if (slots_.epochs().empty() || (began_->discontinuity && !began_->told) || late) slots_.begin(frame.dts);
  open_ = Segment{};
  open_.msn = next_msn_++;
  open_.generation = generation_;
  open_.discontinuity = began_->discontinuity;
  open_.start = frame.wall;
  segment_ticks_ = 0;
  segment_frames_ = 0;
  has_open_ = true;
}

void Rendition::complete_segment() {
  if (!has_open_) return;
  cut_part(pending_.size());
  has_open_ = false;
  open_.complete = true;
  measure_frame_rate();
  listed_.push_back(std::make_shared<const Segment>(std::move(open_)));
  changed_ = true;
  slide_window();
}

// Of the segment that has just ended. Single frames tell little when their times come rounded to
// milliseconds.
void Rendition::measure_frame_rate() {
  if (segment_frames_ < kFramesForRate || segment_ticks_ == 0) return;
  measured_rate_ = static_cast<double>(segment_frames_) * static_cast<double>(timescale_) /
                   static_cast<double>(segment_ticks_);
  for (double usual : {10.0, 12.5, 15.0, 24000.0 / 1001, 24.0, 25.0, 30000.0 / 1001, 30.0, 48.0, 50.0,
                       60000.0 / 1001, 60.0, 100.0, 120.0}) {
    if (std::abs(measured_rate_ - usual) < kRateTolerance * usual) {
      measured_rate_ = usual;
      return;
    }
  }
}

// A segment leaves the playlist when enough are left and they make three target durations [RFC 8216bis
// 6.2.2]; it is served for one window more.
void Rendition::slide_window() {
  const base::Duration least = 3 * std::chrono::ceil<std::chrono::seconds>(settings_.segment_duration_max);
  base::Duration total{0};
  for (const SegmentPtr& segment : listed_) total += segment->duration;
  while (listed_.size() > settings_.window_segments && total - listed_.front()->duration >= least) {
    total -= listed_.front()->duration;
    if (listed_.front()->discontinuity) ++discontinuity_sequence_;
    retired_.push_back(std::move(listed_.front()));
    listed_.pop_front();
  }
  while (retired_.size() > listed_.size() + 1) {
    bytes_ -= retired_.front()->bytes();
    retired_.pop_front();
  }
  const uint64_t oldest = retired_.empty() ? listed_.front()->generation : retired_.front()->generation;
  inits_.erase(inits_.begin(), inits_.lower_bound(oldest));
}

bool Rendition::drop_oldest() {
  if (retired_.empty() && listed_.size() > 1) {
    if (listed_.front()->discontinuity) ++discontinuity_sequence_;
    retired_.push_back(std::move(listed_.front()));
    listed_.pop_front();
  }
  if (retired_.empty()) return false;
  bytes_ -= retired_.front()->bytes();
  retired_.pop_front();
  return true;
}

std::optional<uint64_t> Rendition::oldest_slot() const {
  if (!retired_.empty() && !retired_.front()->parts.empty()) return retired_.front()->parts.front().slot;
  if (!listed_.empty() && !listed_.front()->parts.empty()) return listed_.front()->parts.front().slot;
  return has_open_ && !open_.parts.empty() ? std::optional(open_.parts.front().slot) : std::nullopt;
}

void Rendition::end_segment_at(media::MediaTime at, bool discontinuity) {
  // A discontinuity that is still to come is not forgotten for a later plain boundary.
  if (boundary_ && boundary_->discontinuity) return;
  boundary_ = Began{at, discontinuity, true};
}

RenditionView Rendition::view() const {
  RenditionView view;
  view.name = name_;
  if (track_) view.config = track_->config;
  view.timescale = timescale_;
  if (frame_ticks_ > 0) view.frame_rate = static_cast<double>(timescale_) / static_cast<double>(frame_ticks_);
  if (measured_rate_ > 0) view.frame_rate = measured_rate_;
  if (track_ && track_->config.frame_rate.den != 0) view.frame_rate = track_->config.frame_rate.value();
  view.part_target = part_target_.count() > 0 ? part_target_ : settings_.part_duration;
  view.target_duration = std::chrono::ceil<std::chrono::seconds>(settings_.segment_duration_max);
  view.discontinuity_sequence = discontinuity_sequence_;
  view.segments.assign(listed_.begin(), listed_.end());
  if (has_open_ && !open_.parts.empty()) view.segments.push_back(std::make_shared<const Segment>(open_));
  view.retired = retired_;
  view.inits = inits_;
  return view;
}

}  // namespace eyas::cmaf
