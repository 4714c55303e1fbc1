// The few places of RTP and RTCP headers that SRTP looks at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace eyas::webrtc {

constexpr size_t kRtpHeaderBytes = 12;
constexpr size_t kRtcpHeaderBytes = 8;  // of the first packet: what stays in the clear
constexpr size_t kSrtcpIndexBytes = 4;  // E and the index
constexpr uint32_t kSrtcpEncrypted = 0x80000000;
constexpr uint64_t kSrtcpIndexMax = 0x7FFFFFFF;
constexpr uint64_t kSrtpIndexMax = (uint64_t{1} << 48) - 1;

inline uint32_t read_u32(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}
inline uint16_t read_u16(const uint8_t* at) {
  return static_cast<uint16_t>(at[0] << 8 | at[1]);
}
inline std::array<uint8_t, 4> u32_bytes(uint32_t value) {
  return {static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16),
          static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
}

// Header, CSRCs and extension [RFC 3550 5.1]; 0 when they do not fit into `packet` or it is not version 2.
inline size_t rtp_header_bytes(base::Bytes packet) {
  if (packet.size() < kRtpHeaderBytes || packet[0] >> 6 != 2) return 0;
  size_t bytes = kRtpHeaderBytes + 4 * size_t{packet[0] & 0x0Fu};
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < bytes + 4) return 0;
    bytes += 4 + 4 * size_t{read_u16(&packet[bytes + 2])};
  }
  return bytes <= packet.size() ? bytes : 0;
}

}  // namespace eyas::webrtc
