// VP9 in RTP [RFC 9628], one spatial layer.
#pragma once

#include "rtp/payload/packetizer.h"
#include "rtp/payload/video_depacketizer.h"

namespace eyas::rtp {

// Non-flexible mode, with the picture's size before key frames. Lives on its feed's loop.
class Vp9Packetizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;

 private:
  uint16_t picture_id_ = 0;  // 15 bits
};

// Frames of all spatial layers that come are put behind each other. Lives on its session's loop.
class Vp9Depacketizer final : public VideoDepacketizer {
 public:
  using VideoDepacketizer::VideoDepacketizer;

 private:
  void take(base::Bytes payload) override;
};

}  // namespace eyas::rtp
