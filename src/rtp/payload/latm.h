// AAC in RTP as LATM: MP4A-LATM [RFC 6416 6], multiplex [ISO 14496-3 1.7.3]. Old cameras send it. Taken in,
// not sent: everybody reads mpeg4-generic.
#pragma once

#include <optional>
#include <vector>

#include "codec/bit_reader.h"
#include "rtp/payload/audio_units.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/payload/pieces.h"

namespace eyas::rtp {

// What a StreamMuxConfig says: one programme of one layer, with lengths before the frames.
struct LatmMux {
  media::CodecConfig config;
  unsigned subframes = 1;  // of one audioMuxElement
  uint64_t unit_ticks = 0;
  size_t other_data_bits = 0;

  // Errors: kMalformed; kUnsupported for several programmes or layers and for fixed frame lengths.
  static base::Result<LatmMux> parse(codec::BitReader& bits, uint32_t clock_rate);
};

// Lives on its session's loop.
class LatmDepacketizer final : public Depacketizer {
 public:
  // Errors: kMalformed when the multiplex is said to be out of band (cpresent=0) and `config` cannot be read.
  static base::Result<std::unique_ptr<Depacketizer>> make(const DepacketizerConfig& config);

  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) override;

 private:
  explicit LatmDepacketizer(const DepacketizerConfig& config);

  void take_element(uint32_t timestamp, base::Bytes element, std::vector<AccessUnit>& out);
  bool take_frame(codec::BitReader& bits, uint32_t timestamp, std::vector<AccessUnit>& out);

  uint32_t clock_rate_;
  bool in_band_ = true;         // every element may bring its multiplex
  std::optional<LatmMux> mux_;  // the last one said
  PieceJoiner joiner_;
  AudioUnits units_;
  std::vector<PieceJoiner::Unit> elements_;  // of one packet; kept for its capacity
};

}  // namespace eyas::rtp
