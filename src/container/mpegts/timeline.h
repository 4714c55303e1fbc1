// Timeline: the programme's 33-bit clock as media time that goes on where it wraps.
#pragma once

#include <cstdint>
#include <optional>

#include "container/mpegts/packet.h"
#include "media/frame.h"

namespace eyas::mpegts {

// Exact for every tick: 90 kHz to nanoseconds, rounded down.
constexpr media::MediaTime media_time_from_ticks(int64_t ticks) {
  constexpr int64_t kNanos = 100'000, kTicks = 9;
  return media::MediaTime(base::Duration(ticks / kTicks * kNanos + ticks % kTicks * kNanos / kTicks));
}

// Shared by a programme's streams, whose times are near one another. Pure.
class Timeline {
 public:
  // The reading nearest to the one before, whichever stream that was of: at most half of 26.5 hours away. A
  // clock that leaps on and on begins anew before its times are more than nanoseconds hold.
  media::MediaTime unwrap(uint64_t ticks) {
    if (!last_ || *last_ > kTicksMax || *last_ < -kTicksMax) {
      last_ = static_cast<int64_t>(ticks & kTickMask);
    } else {
      constexpr unsigned kSpareBits = 64 - 33;
      uint64_t step = (ticks - static_cast<uint64_t>(*last_)) << kSpareBits;
      *last_ += static_cast<int64_t>(step) >> kSpareBits;
    }
    return media_time_from_ticks(*last_);
  }

  // Where the programme is now, for what comes without a time of its own: the pictures that travel beside
  // it, before them the clock.
  std::optional<media::MediaTime> now() const { return picture_ ? picture_ : clock_; }
  void on_picture(media::MediaTime dts) { picture_ = dts; }
  void on_clock(uint64_t pcr) { clock_ = unwrap(pcr); }

 private:
  static constexpr int64_t kTicksMax = int64_t{1} << 47;  // half a century

  std::optional<int64_t> last_;
  std::optional<media::MediaTime> picture_;
  std::optional<media::MediaTime> clock_;
};

}  // namespace eyas::mpegts
