// AAC in RTP as LATM: MP4A-LATM [RFC 6416 6], Old cameras send it. Taken in,
// not sent: everybody reads mpeg4-generic.
#pragma once

#include <vector>

#include "codec/aac/latm.h"
#include "rtp/payload/audio_units.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/payload/pieces.h"

namespace eyas::rtp {

// Lives on its session's loop.
class LatmDepacketizer final : public Depacketizer {
 public:
  // Errors: kMalformed when the multiplex is said to be out of band (cpresent=0) and `config` cannot be read.
  static base::Result<std::unique_ptr<Depacketizer>> make(const DepacketizerConfig& config);

  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) override;

 private:
  LatmDepacketizer(const DepacketizerConfig& config, codec::aac::LatmReader reader);

  void take_element(uint32_t timestamp, base::Bytes element, std::vector<AccessUnit>& out);

  uint32_t clock_rate_;
  codec::aac::LatmReader reader_;
  PieceJoiner joiner_;
  AudioUnits units_;
  std::vector<PieceJoiner::Unit> elements_;  // of one packet; kept for its capacity
};

}  // namespace eyas::rtp
