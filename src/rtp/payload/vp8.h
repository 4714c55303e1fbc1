// VP8 in RTP [RFC 7741].
#pragma once

#include "rtp/payload/packetizer.h"
#include "rtp/payload/video_depacketizer.h"

namespace eyas::rtp {

// Lives on its feed's loop.
class Vp8Packetizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;

 private:
  uint16_t picture_id_ = 0;  // 15 bits
};

// Lives on its session's loop.
class Vp8Depacketizer final : public VideoDepacketizer {
 public:
  using VideoDepacketizer::VideoDepacketizer;

 private:
  void take(base::Bytes payload) override;
};

}  // namespace eyas::rtp
