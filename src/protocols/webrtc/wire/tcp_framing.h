// RFC 4571 framing, as ICE-TCP uses it [RFC 6544 3]: each packet behind its length in two bytes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::webrtc {

constexpr size_t kTcpFrameHeaderBytes = 2;
// No STUN, DTLS, RTP or RTCP packet of ours or of a browser is longer than an Ethernet frame.
constexpr size_t kTcpFrameBytesMax = 1'500;

inline void write_tcp_frame_header(std::span<uint8_t> out, size_t packet_bytes) {
  out[0] = static_cast<uint8_t>(packet_bytes >> 8);
  out[1] = static_cast<uint8_t>(packet_bytes);
}

// Cuts one connection's byte stream into packets. Bounded by one packet; lives on its connection's loop.
class TcpFrameReader {
 public:
  // Calls `on_packet(std::span<uint8_t>)` for each packet that is whole now, in order; the bytes may be
  // changed during the call. Empty packets are skipped. Errors: kLimit when a length is over
  // kTcpFrameBytesMax; the connection is then of no more use. `on_packet` must not destroy the reader.
  template <typename OnPacket>
  base::Status push(base::Bytes bytes, OnPacket&& on_packet) {
    while (!bytes.empty()) {
      auto whole = fill(bytes);
      if (!whole) return whole.error();
      if (*whole) on_packet(std::span(packet_).first(std::exchange(have_, 0) - kTcpFrameHeaderBytes));
    }
    return {};
  }

 private:
  // Moves bytes from the front of `bytes` into the frame; true when it holds a whole packet.
  base::Result<bool> fill(base::Bytes& bytes);

  size_t have_ = 0;  // bytes of the frame so far, its header included
  std::array<uint8_t, kTcpFrameHeaderBytes> header_{};
  std::array<uint8_t, kTcpFrameBytesMax> packet_;
};

}  // namespace eyas::webrtc
