// Audio whose RTP payload is the codec's packet as it is: Opus [RFC 7587], G.711 [RFC 3551 4.5.14].
#pragma once

#include "rtp/payload/depacketizer.h"
#include "rtp/payload/packetizer.h"

namespace eyas::rtp {

// One packet a frame, sharing its slice. Stateless.
class OpusPacketizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;
};

// Splits what is longer than a packet between samples, which are bytes. Stateless.
class G711Packetizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;
};

// Every packet is a unit. Lives on its session's loop.
class AudioDepacketizer final : public Depacketizer {
 public:
  explicit AudioDepacketizer(media::CodecConfig config) : config_(std::move(config)) {}
  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) override;

 private:
  media::CodecConfig config_;
  bool told_ = false;
};

}  // namespace eyas::rtp
