// From nanoseconds to the ticks of an RTP clock.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace eyas::rtp {

// Without overflow for any time that fits a Duration; rounds down, also below zero.
constexpr int64_t to_ticks(base::Duration time, uint32_t clock_rate) {
  constexpr int64_t kSecond = 1'000'000'000;
  int64_t seconds = time.count() / kSecond;
  int64_t rest = time.count() % kSecond;
  if (rest < 0) rest += kSecond, --seconds;
  return seconds * clock_rate + rest * clock_rate / kSecond;
}

}  // namespace eyas::rtp
