// Audio whose RTP payload is the codec's packet as it is: Opus [RFC 7587], and samples of which a packet
// holds as many as it likes: G.711, G.726, L16 [RFC 3551 4.5.14, 4.5.4, 4.5.11].
#pragma once

#include "rtp/payload/depacketizer.h"
#include "rtp/payload/packetizer.h"

namespace eyas::rtp {

// One packet a frame, sharing its slice. Stateless.
class OpusPacketizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;
};

// Splits what is longer than a packet where a byte and a sample begin together. Stateless.
class SamplePacketizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;
};

// Every packet is a unit. Lives on its session's loop.
class AudioDepacketizer final : public Depacketizer {
 public:
  enum class Order : uint8_t {
    kAsItIs,
    kG726HighBitsFirst,  // "AAL2-G726-*" [ITU-T I.366.2 annex E]: turned round
  };

  explicit AudioDepacketizer(media::CodecConfig config, Order order = Order::kAsItIs)
      : config_(std::move(config)), order_(order) {}
  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) override;

 private:
  media::CodecConfig config_;
  Order order_;
  bool told_ = false;
};

}  // namespace eyas::rtp
