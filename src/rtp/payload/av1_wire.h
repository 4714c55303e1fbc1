// Fields of AV1's aggregation header and OBU header [AV1-RTP 4.4], [AV1 5.3.2].
#pragma once

#include <cstddef>
#include <cstdint>

namespace eyas::rtp {

constexpr uint8_t kContinues = 0x80;    // Z
constexpr uint8_t kGoesOn = 0x40;       // Y
constexpr unsigned kCountShift = 4;     // W
constexpr uint8_t kNewSequence = 0x08;  // N

constexpr uint8_t kObuHasExtension = 0x04;
constexpr uint8_t kObuHasSize = 0x02;
constexpr unsigned kObuSequenceHeader = 1;
constexpr unsigned kObuTemporalDelimiter = 2;
constexpr unsigned kObuFrameHeader = 3;
constexpr unsigned kObuMetadata = 5;
constexpr unsigned kObuFrame = 6;
constexpr unsigned kObuTileList = 8;
constexpr unsigned kObuPadding = 15;

constexpr size_t kRecordHeaderBytes = 4;  // of av1C, before its configOBUs

constexpr unsigned obu_type(uint8_t header) {
  return header >> 3 & 0x0F;
}

// What RTP does not carry, or should not [AV1-RTP 5].
constexpr bool is_dropped(unsigned type) {
  return type == kObuTemporalDelimiter || type == kObuTileList || type == kObuPadding;
}

constexpr size_t leb128_bytes(size_t value) {
  size_t bytes = 1;
  while (value >>= 7) ++bytes;
  return bytes;
}

// `out` has u8().
template <typename Out>
void write_leb128(Out& out, size_t value) {
  for (; value >= 0x80; value >>= 7) out.u8(static_cast<uint8_t>(value | 0x80));
  out.u8(static_cast<uint8_t>(value));
}

}  // namespace eyas::rtp
