// AC-3 in RTP [RFC 4184].
#pragma once

#include <vector>

#include "rtp/payload/audio_units.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/payload/packetizer.h"

namespace eyas::rtp {

// A frame a packet, or a part of one. Stateless.
class Ac3Packetizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;
};

// Lives on its session's loop.
class Ac3Depacketizer final : public Depacketizer {
 public:
  explicit Ac3Depacketizer(const DepacketizerConfig& config) : clock_rate_(config.clock_rate) {}
  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) override;

 private:
  void take_frames(uint32_t timestamp, base::Bytes frames, std::vector<AccessUnit>& out);
  void emit(uint32_t timestamp, base::Bytes frame, std::vector<AccessUnit>& out);

  uint32_t clock_rate_;
  AudioUnits units_;
  std::vector<uint8_t> fragment_;  // of a frame longer than a packet
  uint32_t fragment_timestamp_ = 0;
};

}  // namespace eyas::rtp
