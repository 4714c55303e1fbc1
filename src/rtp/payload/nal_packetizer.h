// H.264 and H.265 into RTP: parameter sets and small NAL units share packets, large ones are split.
// [RFC 6184] packetization-mode 1, [RFC 7798] without DONs.
#pragma once

#include <vector>

#include "rtp/payload/nal_wire.h"
#include "rtp/payload/packetizer.h"

namespace eyas::rtp {

// Lives on its feed's loop.
class NalPacketizer final : public Packetizer {
 public:
  explicit NalPacketizer(const NalWire& wire) : wire_(wire) {}
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;

 private:
  bool gather(const media::Frame& frame);

  const NalWire& wire_;
  std::vector<base::Bytes> units_;  // of the frame at hand; kept for its capacity
};

}  // namespace eyas::rtp
