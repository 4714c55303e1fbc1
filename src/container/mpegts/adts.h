// ADTS: AAC frames with headers [ISO 13818-7 6.2, ISO 14496-3 1.A.2.2].
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "codec/aac/aac.h"

namespace eyas::mpegts {

constexpr size_t kAdtsHeaderBytes = 7;
constexpr size_t kAdtsFrameBytesMax = 0x1FFF;

struct AdtsHeader {
  uint8_t object_type = 0;  // 1 to 4
  uint32_t sample_rate = 0;
  uint8_t channels = 0;
  size_t header_bytes = kAdtsHeaderBytes;  // 9 with a CRC
  size_t frame_bytes = 0;                  // with the header
  unsigned blocks = 1;                     // raw data blocks
};

// nullopt when this is no header. At least kAdtsHeaderBytes are needed.
std::optional<AdtsHeader> read_adts(base::Bytes bytes);

// Whether ADTS can say what the AudioSpecificConfig says.
bool adts_carries(const codec::aac::AudioSpecificConfig& config);
// The header before a raw frame of that many bytes; nullopt when it is too long or cannot be said.
std::optional<std::array<uint8_t, kAdtsHeaderBytes>> write_adts(const codec::aac::AudioSpecificConfig& config,
                                                                size_t payload_bytes);

}  // namespace eyas::mpegts
