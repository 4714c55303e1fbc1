// AV1 in RTP [AV1-RTP: https://aomediacodec.github.io/av1-rtp-spec/].
#pragma once

#include <vector>

#include "rtp/payload/packetizer.h"
#include "rtp/payload/video_depacketizer.h"

namespace eyas::rtp {

// Lives on its feed's loop.
class Av1Packetizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;
};

// Gives OBUs with their sizes, without temporal delimiters, tile lists and padding. Lives on its session's
// loop.
class Av1Depacketizer final : public VideoDepacketizer {
 public:
  using VideoDepacketizer::VideoDepacketizer;

 private:
  void take(base::Bytes payload) override;
  void end_unit() override;
  bool update_config(bool key) override;

  void take_element(base::Bytes element, bool continues, bool goes_on);
  void add_obu(base::Bytes obu);

  std::vector<uint8_t> fragment_;  // an OBU that goes on in the next packet
};

}  // namespace eyas::rtp
