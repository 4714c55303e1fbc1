#include "rtp/payload/audio.h"

#include <algorithm>

namespace eyas::rtp {

PacketizedFrame OpusPacketizer::packetize(const media::Frame& frame, size_t max_payload) {
  // An Opus packet cannot be split; encoders for the network stay far below [RFC 7587 4.2].
  if (frame.payload.empty() || frame.payload.size() > max_payload) return {};
  PayloadPacket packet;
  packet.size = static_cast<uint16_t>(frame.payload.size());
  return {frame.payload, {packet}};
}

PacketizedFrame G711Packetizer::packetize(const media::Frame& frame, size_t max_payload) {
  PacketizedFrame out;
  out.bytes = frame.payload;
  constexpr size_t kOffsetMax = 0xFFFF;  // eight seconds
  for (size_t offset = 0; offset < frame.payload.size() && offset <= kOffsetMax;) {
    PayloadPacket packet;
    packet.offset = static_cast<uint32_t>(offset);
    packet.size = static_cast<uint16_t>(std::min(max_payload, frame.payload.size() - offset));
    packet.timestamp_offset = static_cast<uint16_t>(offset);
    out.packets.push_back(packet);
    offset += packet.size;
  }
  return out;
}

void AudioDepacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  if (packet.payload.empty()) return;
  AccessUnit unit;
  unit.timestamp = packet.timestamp;
  unit.payload = base::Slice::copy_of(packet.payload);
  unit.key = true;
  unit.after_loss = lost_before;
  if (!told_) unit.config = config_;
  told_ = true;
  out.push_back(std::move(unit));
}

}  // namespace eyas::rtp
