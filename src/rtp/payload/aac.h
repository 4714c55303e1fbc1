// AAC in RTP: mpeg4-generic [RFC 3640], modes AAC-hbr and AAC-lbr.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codec/bit_reader.h"
#include "rtp/payload/audio_units.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/payload/packetizer.h"

namespace eyas::rtp {

// AAC-hbr, one access unit a packet, or a part of one. Stateless.
class AacPacketizer final : public Packetizer {
 public:
  PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) override;
};

// Widths of the AU header's fields in bits [RFC 3640 4.1], and what else a=fmtp says.
struct AuHeaderShape {
  unsigned size = 0;
  unsigned index = 0;
  unsigned index_delta = 0;
  unsigned cts_delta = 0;
  unsigned dts_delta = 0;
  bool random_access = false;
  unsigned stream_state = 0;
  unsigned auxiliary_size = 0;
  size_t constant_size = 0;  // bytes; 0: every header says its own

  bool present() const {
    return size + index + index_delta + cts_delta + dts_delta + stream_state > 0 || random_access;
  }
};

// Interleaved units come out in the packets' order, each with its own timestamp. Lives on its session's loop.
class AacDepacketizer final : public Depacketizer {
 public:
  // Errors: kMalformed without a readable `config`, or with fields wider than 32 bits.
  static base::Result<std::unique_ptr<Depacketizer>> make(const DepacketizerConfig& config);

  void push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) override;

 private:
  struct AuHeader {
    size_t size = 0;
    uint32_t index = 0;  // units after the packet's first one
  };

  AacDepacketizer(media::CodecConfig config, AuHeaderShape shape, uint32_t unit_ticks, size_t unit_bytes_max);

  bool read_headers(base::ByteReader& reader, std::vector<AuHeader>& headers) const;
  AuHeader read_header(codec::BitReader& bits, bool first) const;
  bool skip_auxiliary(base::ByteReader& reader) const;
  void take_fragment(const PacketView& packet, size_t whole, base::Bytes part, std::vector<AccessUnit>& out);

  AudioUnits units_;
  AuHeaderShape shape_;
  uint32_t unit_ticks_;  // of one access unit
  size_t unit_bytes_max_;
  std::vector<uint8_t> fragment_;  // of an access unit longer than a packet
  uint32_t fragment_timestamp_ = 0;
};

}  // namespace eyas::rtp
