// Audio samples as time.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace eyas::codec {

// Rounded down to the nanosecond; zero when the rate is unknown.
constexpr base::Duration duration_of_samples(uint64_t samples, uint32_t sample_rate) {
  if (sample_rate == 0) return {};
  return base::Duration(samples * 1'000'000'000 / sample_rate);
}

}  // namespace eyas::codec
