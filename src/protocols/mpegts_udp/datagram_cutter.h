// DatagramCutter: transport packets into datagrams of seven, as everybody sends them.
#pragma once

#include <array>
#include <cstring>

#include "base/bytes.h"
#include "container/mpegts/packet.h"

namespace eyas::mpegts_udp {

// Pure. `send` is called with each datagram's payload, valid during the call.
class DatagramCutter {
 public:
  static constexpr size_t kPayloadBytes = mpegts::kPacketsPerDatagram * mpegts::kPacketBytes;

  template <typename Send>
  void add(base::Bytes packets, Send send) {
    while (!packets.empty()) {
      if (used_ == 0 && packets.size() >= kPayloadBytes) {
        send(packets.first(kPayloadBytes));
        packets = packets.subspan(kPayloadBytes);
        continue;
      }
      size_t part = std::min(packets.size(), kPayloadBytes - used_);
      std::memcpy(held_.data() + used_, packets.data(), part);
      packets = packets.subspan(part);
      used_ += part;
      if (used_ == kPayloadBytes) finish(send);
    }
  }
  // What is held leaves as a shorter datagram: nobody waits for the next picture.
  template <typename Send>
  void finish(Send send) {
    if (used_ > 0) send(base::Bytes(held_).first(used_));
    used_ = 0;
  }

 private:
  std::array<uint8_t, kPayloadBytes> held_;
  size_t used_ = 0;
};

}  // namespace eyas::mpegts_udp
