// For the tests of payloads: packets as they would come out of Reorder, and what becomes of them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "codec/codec.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/payload/packetizer.h"

namespace eyas::rtp::test {

struct Packet {
  std::vector<uint8_t> payload;
  uint32_t timestamp = 0;
  bool marker = false;
  bool lost_before = false;
};

inline Packet packet(const std::string& hex, uint32_t timestamp, bool marker, bool lost_before = false) {
  return {base::from_hex(hex), timestamp, marker, lost_before};
}

inline std::unique_ptr<Depacketizer> depacketizer(media::Codec codec,
                                                  std::map<std::string, std::string> fmtp = {}) {
  DepacketizerConfig config;
  config.codec = codec;
  config.fmtp = std::move(fmtp);
  return *make_depacketizer(config);
}

inline std::vector<AccessUnit> push(Depacketizer& depacketizer, const std::vector<Packet>& packets) {
  std::vector<AccessUnit> out;
  for (const Packet& packet : packets) {
    PacketView view;
    view.payload = packet.payload;
    view.timestamp = packet.timestamp;
    view.marker = packet.marker;
    depacketizer.push(view, packet.lost_before, out);
  }
  return out;
}

inline media::TrackPtr track(media::Codec codec, const std::string& record_hex) {
  media::Track track;
  track.id = 1;
  track.config.codec = codec;
  track.config.record = base::Slice(base::from_hex(record_hex));
  if (auto described = codec::describe(codec, track.config.record)) track.config = *described;
  return std::make_shared<const media::Track>(std::move(track));
}

inline media::Frame frame(media::TrackPtr track, base::Slice payload, bool key) {
  media::Frame frame;
  frame.track = std::move(track);
  frame.payload = std::move(payload);
  frame.key = key;
  return frame;
}

// The packets that carry a frame, with its RTP timestamp.
inline std::vector<Packet> packets_of(Packetizer& packetizer, const media::Frame& frame, size_t max_payload,
                                      uint32_t timestamp) {
  std::vector<Packet> out;
  PacketizedFrame packetized = packetizer.packetize(frame, max_payload);
  for (const PayloadPacket& packet : packetized.packets) {
    base::Bytes bytes = packetized.bytes.bytes().subspan(packet.offset, packet.size);
    out.push_back({{bytes.begin(), bytes.end()}, timestamp + packet.timestamp_offset, packet.marker, false});
  }
  return out;
}

inline std::string hex(base::Bytes bytes) {
  return base::to_hex(bytes);
}

}  // namespace eyas::rtp::test
