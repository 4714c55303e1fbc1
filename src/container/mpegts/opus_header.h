// The control header before each Opus packet, as opus-in-ts describes it (draft of the Opus authors).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace eyas::mpegts {

struct OpusHeader {
  size_t bytes = 0;         // of the header
  size_t packet_bytes = 0;  // of the packet behind it; all of it is there
};

// nullopt when there is no header, or the packet is cut off.
inline std::optional<OpusHeader> read_opus_header(base::Bytes bytes) {
  constexpr uint16_t kPrefix = 0x7FE0;  // 11 bits: 0x3FF
  constexpr uint16_t kStartTrim = 0x10, kEndTrim = 0x08, kExtension = 0x04;
  base::ByteReader in(bytes);
  uint16_t first = in.u16();
  if ((first & 0xFFE0) != kPrefix) return std::nullopt;
  OpusHeader header;
  uint8_t part = 0xFF;
  while (part == 0xFF && in.ok()) header.packet_bytes += part = in.u8();
  if ((first & kStartTrim) != 0) in.skip(2);
  if ((first & kEndTrim) != 0) in.skip(2);
  if ((first & kExtension) != 0) in.skip(in.u8());
  header.bytes = in.position();
  if (!in.ok() || header.packet_bytes > in.remaining()) return std::nullopt;
  return header;
}

inline std::vector<uint8_t> write_opus_header(size_t packet_bytes) {
  std::vector<uint8_t> out = {0x7F, 0xE0};
  for (; packet_bytes >= 0xFF; packet_bytes -= 0xFF) out.push_back(0xFF);
  out.push_back(static_cast<uint8_t>(packet_bytes));
  return out;
}

}  // namespace eyas::mpegts
