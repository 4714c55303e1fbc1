// Packetizer: one frame -> the RTP payloads that carry it. Once per stream, whoever watches.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/slice.h"
#include "media/frame.h"

namespace eyas::rtp {

// One packet's payload: what follows the RTP header, and lies contiguous in PacketizedFrame::bytes.
struct PayloadPacket {
  uint32_t offset = 0;
  uint16_t size = 0;
  uint16_t timestamp_offset = 0;  // to add to the frame's RTP timestamp: audio that is split over packets
  bool marker = false;
};

// All packets of one frame, in order, payload after payload in one slice. A payload never spans two slices,
// so that it can be encrypted from here straight into the datagram: this is the only copy on the way, made
// once per stream. Codecs whose payload is the frame itself (Opus, G.711, G.726, L16) share the frame's
// slice. All packets but the last of a large NAL unit, OBU or frame have the same size, max_payload, which is
// what UDP segmentation offload wants.
struct PacketizedFrame {
  base::Slice bytes;
  std::vector<PayloadPacket> packets;  // empty when the frame holds nothing to send or is malformed
};

// Stateless but for the picture ids of VP8 and VP9. One per track and feed. Lives on its feed's loop.
class Packetizer {
 public:
  virtual ~Packetizer() = default;
  // `frame.payload` is canonical; decoder configuration that goes in band is taken from `frame.track` and put
  // before every key frame. `max_payload` is at least kMaxPayloadMin bytes, RTP header not counted.
  virtual PacketizedFrame packetize(const media::Frame& frame, size_t max_payload) = 0;
};

constexpr size_t kMaxPayloadMin = 64;

// Null for codecs that have no payload format here (FLAC, E-AC-3).
std::unique_ptr<Packetizer> make_packetizer(media::Codec codec);

// The RTP clock of a track in Hz: 90000 for video, data and MPEG audio, 48000 for Opus, 8000 for G.711, else
// the sample rate.
uint32_t clock_rate(const media::CodecConfig& config);

}  // namespace eyas::rtp
