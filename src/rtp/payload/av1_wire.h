// Fields of AV1's aggregation header, and what is left out [AV1-RTP 4.4, 5].
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/av1/obu.h"

namespace eyas::rtp {

constexpr uint8_t kContinues = 0x80;    // Z
constexpr uint8_t kGoesOn = 0x40;       // Y
constexpr unsigned kCountShift = 4;     // W
constexpr uint8_t kNewSequence = 0x08;  // N

// What RTP does not carry, or should not [AV1-RTP 5].
constexpr bool is_dropped(codec::av1::ObuType type) {
  using enum codec::av1::ObuType;
  return type == kTemporalDelimiter || type == kTileList || type == kPadding;
}

constexpr size_t leb128_bytes(size_t value) {
  size_t bytes = 1;
  while (value >>= 7) ++bytes;
  return bytes;
}

}  // namespace eyas::rtp
