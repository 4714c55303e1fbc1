// MPEG-1 and MPEG-2 audio in RTP: MPA [RFC 2250 3.5].
#pragma once

#include <vector>

#include "rtp/payload/audio_units.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/payload/packetizer.h"

namespace eyas::rtp {

// A frame a packet, or a part of one. Stateless.
class MpegAudioPacketizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;
};

// Several frames a packet, each with its own timestamp, or parts of one. Lives on its session's loop.
class MpegAudioDepacketizer final : public Depacketizer {
 public:
  explicit MpegAudioDepacketizer(const DepacketizerConfig& config) : clock_rate_(config.clock_rate) {}
  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) override;

 private:
  void take_frames(uint32_t timestamp, base::Bytes frames, std::vector<AccessUnit>& out);
  void take_fragment(size_t offset, base::Bytes part, std::vector<AccessUnit>& out);
  void emit(uint32_t timestamp, base::Bytes frame, std::vector<AccessUnit>& out);

  uint32_t clock_rate_;  // 90 kHz by the book
  AudioUnits units_;
  std::vector<uint8_t> fragment_;  // of a frame longer than a packet
  size_t fragment_whole_ = 0;      // bytes that the frame will have
  uint32_t fragment_timestamp_ = 0;
};

}  // namespace eyas::rtp
