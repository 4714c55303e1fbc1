#include "codec/frame_rate.h"

#include <numeric>

#include "codec/limits.h"

namespace eyas::codec {

media::Ratio frame_rate_of(uint64_t num, uint64_t den) {
  if (num == 0 || den == 0) return {};
  uint64_t divisor = std::gcd(num, den);
  num /= divisor;
  den /= divisor;
  if (num > UINT32_MAX || den > UINT32_MAX) return {};
  media::Ratio rate{static_cast<uint32_t>(num), static_cast<uint32_t>(den)};
  return rate.value() > kFrameRateMax ? media::Ratio{} : rate;
}

}  // namespace eyas::codec
