// Data in RTP: units in pieces of one timestamp, the last one marked. KLV metadata [RFC 6597], and the
// metadata that ONVIF cameras send [ONVIF Streaming 5.2.1.1].
#pragma once

#include <vector>

#include "rtp/payload/depacketizer.h"
#include "rtp/payload/packetizer.h"
#include "rtp/payload/pieces.h"

namespace eyas::rtp {

// Stateless.
class DataPacketizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;
};

// Units with a hole are left out: half a document or KLV set says nothing. Lives on its session's loop.
class DataDepacketizer final : public Depacketizer {
 public:
  explicit DataDepacketizer(const DepacketizerConfig& config);
  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) override;

 private:
  PieceJoiner joiner_;
  std::vector<PieceJoiner::Unit> units_;  // of one packet; kept for its capacity
  bool told_ = false;
  bool after_loss_ = false;
};

}  // namespace eyas::rtp
