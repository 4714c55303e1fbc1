#include "rtp/media_clock.h"

#include <algorithm>

namespace eyas::rtp {
namespace {

// Beyond this the reports of two sources are not of one clock, whatever they claim.
constexpr base::Duration kSteerMax = std::chrono::seconds(10);
constexpr int kSteerShare = 10;                 // of the time that passes, one part
constexpr int64_t kSecondsMax = 2'000'000'000;  // of a source's own time: more than half a century

}  // namespace

media::MediaTime MediaClock::place(uint32_t timestamp, base::MonoTime arrival) {
  base::Duration own = to_duration(unwrapper_.unwrap(timestamp));
  if (!last_) {
    offset_ = (arrival - session_start_) - own;
  } else if (aim_) {
    base::Duration step = std::max(own - *last_, base::Duration(0)) / kSteerShare;
    offset_ += std::clamp(*aim_ - offset_, -step, step);
  }
  last_ = std::max(own, last_.value_or(own));
  return media::MediaTime(own + offset_);
}

void MediaClock::on_report(const SenderReport& report, base::MonoTime now) {
  if (report.ntp.fixed == 0) return;  // [RFC 3550 6.4.1]: a sender without a clock
  report_ = anchor_of(report.rtp_timestamp, report.ntp, now);
}

std::optional<base::WallTime> MediaClock::epoch() const {
  if (!report_ || !last_) return std::nullopt;
  return report_->wall - (report_->media + offset_);
}

void MediaClock::steer_to(base::WallTime epoch) {
  if (!report_ || !last_) return;
  base::Duration wanted = report_->wall - epoch - report_->media;
  base::Duration away = wanted - offset_;
  if (away <= kSteerMax && away >= -kSteerMax) aim_ = wanted;
}

void MediaClock::on_capture_time(uint32_t timestamp, NtpTime captured, base::MonoTime now) {
  capture_ = anchor_of(timestamp, captured, now);
}

std::optional<base::WallTime> MediaClock::capture(uint32_t timestamp) const {
  const std::optional<Anchor>& anchor = capture_ ? capture_ : report_;
  if (!anchor || !anchor->plausible) return std::nullopt;
  return anchor->wall + (to_duration(unwrapper_.peek(timestamp)) - anchor->media);
}

base::Duration MediaClock::to_duration(int64_t ticks) const {
  constexpr int64_t kNanoseconds = 1'000'000'000;
  // A clock that leaps on and on, or ticks once a second, stands still before sums would not fit.
  const int64_t farthest = kSecondsMax * rate_;
  ticks = std::clamp(ticks, -farthest, farthest);
  return base::Duration(ticks / rate_ * kNanoseconds + ticks % rate_ * kNanoseconds / rate_);
}

MediaClock::Anchor MediaClock::anchor_of(uint32_t timestamp, NtpTime ntp, base::MonoTime now) const {
  base::WallTime wall = wall_of(ntp);
  base::Duration skew = wall - (wall_at_mono_zero_ + now.time_since_epoch());
  return {to_duration(unwrapper_.peek(timestamp)), wall, skew <= clock_skew_max_ && skew >= -clock_skew_max_};
}

}  // namespace eyas::rtp
