#include "hub/normaliser.h"

#include <algorithm>
#include <cstdlib>

namespace eyas::hub {
namespace {

using base::Duration;
using media::MediaTime;

// A stream begins here, so that a track whose first frame is a little earlier still has a time above zero.
constexpr MediaTime kStart{std::chrono::seconds(1)};
constexpr Duration kSmallestStep = std::chrono::milliseconds(1);
// The step that follows a mended jump when the track's own is not known yet.
constexpr Duration kUnknownStep = std::chrono::milliseconds(33);
constexpr Duration kStragglerWindow = std::chrono::seconds(2);
// What no clock says: seconds since 1970 are nearer. Sums and differences of such times would not fit.
constexpr Duration kFarthest = std::chrono::hours(24 * 365 * 80);
// No decoder holds a picture back for so long.
constexpr Duration kCompositionMax = std::chrono::minutes(1);

Duration magnitude(Duration d) {
  return d < Duration::zero() ? -d : d;
}

// The frame rates that cameras have; milliseconds hide which one it is.
Duration nearest_frame_step(Duration measured) {
  static constexpr double kRates[] = {10, 12.5, 15, 20,    23.976, 24,  25, 29.97,
                                      30, 48,   50, 59.94, 60,     100, 120};
  for (double rate : kRates) {
    Duration step(static_cast<int64_t>(1e9 / rate + 0.5));
    if (magnitude(step - measured) < step / 2000) return step;
  }
  return measured;
}

}  // namespace

std::array<Repairs::Row, 8> Repairs::rows() const {
  return {{{"wrap", wrap},
           {"jump_forward", jump_forward},
           {"jump_back", jump_back},
           {"non_monotonic", non_monotonic},
           {"duplicate", duplicate},
           {"jitter", jitter},
           {"late_audio", late_audio},
           {"missing_track", missing_track}}};
}

void Normaliser::begin_source() {
  source_started_ = false;
  offset_before_.reset();
  for (auto& [id, track] : tracks_) {
    track.started = false;
    track.epoch = Duration::zero();
  }
}

void Normaliser::place(media::Frame& frame) {
  TrackState& track = tracks_[frame.track->id];
  Duration sent = std::clamp(frame.dts.time_since_epoch(), -kFarthest, kFarthest);
  Duration shown = std::clamp(frame.pts.time_since_epoch(), -kFarthest, kFarthest);
  Duration composition = std::clamp(shown - sent, Duration::zero(), kCompositionMax);
  Duration raw = unwrap(track, sent);
  mended_ = false;
  if (!source_started_) start_source(frame, raw);
  if (!track.started) start_track(track, frame);
  MediaTime out{raw + offset_for(track, frame, raw)};
  if (track.started) out = smooth(track, frame, out);
  out = keep_monotonic(track, out, frame.discontinuity);
  frame.discontinuity |= mended_;

  track.started = true;
  track.raw_dts = raw.count();
  track.out_dts = out;
  track.arrival = frame.arrival;
  if (out >= latest_) {
    latest_ = out;
    latest_arrival_ = frame.arrival;
  }
  frame.dts = out;
  frame.pts = out + composition;
}

void Normaliser::start_source(const media::Frame& frame, Duration raw) {
  source_started_ = true;
  source_arrival_ = frame.arrival;
  MediaTime at = kStart;
  if (latest_ != MediaTime{}) {
    // The time that nobody was on air passes on the timeline too, so that it keeps step with the wall clock.
    at = latest_ + std::max(frame.arrival - latest_arrival_, Duration(kUnknownStep));
    mended_ = true;
  }
  offset_ = at.time_since_epoch() - raw;
}

void Normaliser::start_track(TrackState& track, const media::Frame& frame) {
  bool late = frame.arrival - source_arrival_ > limits_.late_audio;
  if (late && frame.track->kind() == media::TrackKind::kAudio) ++repairs_.late_audio;
  track.step = frame.duration;
}

Duration Normaliser::unwrap(TrackState& track, Duration raw) {
  // Centuries of wraps are made up; without them it is a jump as any other.
  if (track.epoch > kFarthest) track.epoch = Duration::zero();
  raw += track.epoch;
  if (!track.started || limits_.wrap_period == Duration::zero()) return raw;
  Duration step = raw - Duration(track.raw_dts);
  if (step < -limits_.wrap_period / 2) {
    track.epoch += limits_.wrap_period;
    ++repairs_.wrap;
    return raw + limits_.wrap_period;
  }
  if (step > limits_.wrap_period / 2 && track.epoch > Duration::zero()) {
    // A straggler of before the wrap: the wrap itself stays.
    return raw - limits_.wrap_period;
  }
  return raw;
}

Duration Normaliser::offset_for(TrackState& track, const media::Frame& frame, Duration raw) {
  MediaTime reference = track.started ? track.out_dts : latest_;
  if (reference == MediaTime{}) return offset_;
  Duration step = MediaTime{raw + offset_} - reference;
  Duration waited = frame.arrival - (track.started ? track.arrival : latest_arrival_);
  bool forward = step > limits_.jump && step > 2 * waited + limits_.jump;
  bool back = step < -limits_.back;
  // A track that starts may start behind the others: only a step that no buffering explains is a jump.
  if (!track.started) back = step < -limits_.jump;
  if (!forward && !back) return offset_;

  if (offset_before_) {
    Duration with_old = MediaTime{raw + *offset_before_} - reference;
    if (magnitude(with_old) < kStragglerWindow) return *offset_before_;
  }
  ++(forward ? repairs_.jump_forward : repairs_.jump_back);
  mended_ = true;
  offset_before_ = offset_;
  Duration typical = track.step > Duration::zero() ? track.step : kUnknownStep;
  // The jump's own gap is unknown; arrival is the best witness, within reason.
  Duration gap = std::clamp(waited, typical, std::max(typical, limits_.jump));
  offset_ = (reference + (track.started ? gap : Duration::zero())).time_since_epoch() - raw;
  return offset_;
}

MediaTime Normaliser::smooth(TrackState& track, const media::Frame& frame, MediaTime out) {
  Duration step = out - track.out_dts;
  media::Ratio rate = frame.track->config.frame_rate;
  if (frame.duration > Duration::zero()) {
    track.step = frame.duration;
  } else if (rate.den != 0 && rate.num != 0) {
    track.step = Duration(int64_t{1'000'000'000} * rate.den / rate.num);
  } else if (step > Duration::zero() && step < std::chrono::seconds(1)) {
    track.step =
        track.step == Duration::zero() ? step : nearest_frame_step(track.step + (step - track.step) / 32);
  }
  if (track.step == Duration::zero() || mended_) return out;
  MediaTime expected = track.out_dts + track.step;
  if (out == expected || magnitude(out - expected) > limits_.rounding) return out;
  ++repairs_.jitter;
  return expected;
}

MediaTime Normaliser::keep_monotonic(TrackState& track, MediaTime out, bool& discontinuity) {
  if (track.out_dts == MediaTime{}) return std::max(out, MediaTime{});
  if (out > track.out_dts) return out;
  if (track.started)
    ++(out == track.out_dts ? repairs_.duplicate : repairs_.non_monotonic);
  else
    discontinuity = true;
  return track.out_dts + kSmallestStep;
}

void Normaliser::look_for_missing(const media::TrackSet& announced) {
  if (!source_started_ || latest_arrival_ - source_arrival_ < limits_.missing) return;
  for (const media::TrackPtr& announced_track : announced) {
    TrackState& track = tracks_[announced_track->id];
    if (track.started || track.reported_missing || announced_track->kind() == media::TrackKind::kData)
      continue;
    track.reported_missing = true;
    ++repairs_.missing_track;
  }
}

}  // namespace eyas::hub
