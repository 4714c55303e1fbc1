// RTP packets: the header and its extensions [RFC 3550 5.1], [RFC 8285].
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::rtp {

constexpr size_t kFixedHeaderBytes = 12;
constexpr uint16_t kOneByteProfile = 0xBEDE;  // [RFC 8285 4.2]
constexpr uint16_t kTwoByteProfile = 0x1000;  // [RFC 8285 4.3]; the low four bits are free

// A packet as it lies in the datagram: every span points into the bytes that were parsed.
struct PacketView {
  uint8_t payload_type = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  base::Bytes payload;          // without padding; empty for packets that are padding only
  base::Bytes extension_block;  // behind the profile and length words; empty without extension
  uint16_t extension_profile = 0;

  // Errors: kMalformed, kUnsupported for another version than 2.
  static base::Result<PacketView> parse(base::Bytes packet);

  // The element with this id (1 to 14, or to 255 in the two-byte form); nullopt when there is none or the
  // block breaks before it.
  std::optional<base::Bytes> extension(uint8_t id) const;
};

// True when a datagram of a port that carries both is RTCP and not RTP [RFC 5761 4].
constexpr bool is_rtcp(base::Bytes packet) {
  return packet.size() >= 2 && packet[1] >= 192 && packet[1] <= 223;
}

struct Extension {
  uint8_t id = 0;     // 1 to 255; above 14 makes the whole block two-byte, as an empty or long value does
  base::Bytes value;  // at most 255 bytes
};

struct Header {
  uint8_t payload_type = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  std::span<const Extension> extensions;
};

// What write_header() will write.
size_t header_bytes(const Header& header);
// Writes the fixed header and the extensions, padded to words; gives the bytes written, 0 when `out` is too
// small.
size_t write_header(std::span<uint8_t> out, const Header& header);

}  // namespace eyas::rtp
