#include "rtp/payload/audio.h"

#include <algorithm>

#include "codec/bit_reader.h"
#include "codec/g726/g726.h"

namespace eyas::rtp {
namespace {

// Bytes after which a sample begins with a byte again, and the samples of each channel that lie in them.
struct Block {
  size_t bytes = 1;
  size_t samples = 1;
};

Block block_of(const media::CodecConfig& config) {
  constexpr size_t kL16Bytes = 2, kG726Samples = 8;
  unsigned bits = codec::g726::bits_per_sample(config);
  if (bits != 0) return {bits, kG726Samples};
  if (config.codec == media::Codec::kL16) return {kL16Bytes * std::max<size_t>(config.channels, 1), 1};
  return {};
}

// Samples that fill bytes from the highest bit on -> from the lowest. Bits that are left over are no sample.
std::vector<uint8_t> low_bits_first(base::Bytes packed, unsigned bits) {
  std::vector<uint8_t> out(packed.size());
  codec::BitReader in(packed);
  for (size_t at = 0; in.bits_left() >= bits; at += bits) {
    unsigned sample = in.bits(bits) << at % 8;
    out[at / 8] = static_cast<uint8_t>(out[at / 8] | sample);
    if (sample > 0xFF) out[at / 8 + 1] = static_cast<uint8_t>(sample >> 8);
  }
  return out;
}

}  // namespace

PacketizedFrame OpusPacketizer::packetize(const media::Frame& frame, size_t max_payload) {
  // An Opus packet cannot be split; encoders for the network stay far below [RFC 7587 4.2].
  if (frame.payload.empty() || frame.payload.size() > max_payload) return {};
  PayloadPacket packet;
  packet.size = static_cast<uint16_t>(frame.payload.size());
  return {frame.payload, {packet}};
}

PacketizedFrame SamplePacketizer::packetize(const media::Frame& frame, size_t max_payload) {
  PacketizedFrame out;
  out.bytes = frame.payload;
  Block block = frame.track ? block_of(frame.track->config) : Block{};
  if (block.bytes > max_payload) return out;
  size_t whole = max_payload / block.bytes * block.bytes;
  constexpr size_t kOffsetMax = 0xFFFF;  // eight seconds at 8 kHz
  for (size_t offset = 0; offset < frame.payload.size();) {
    size_t samples = offset / block.bytes * block.samples;
    if (samples > kOffsetMax) break;
    PayloadPacket packet;
    packet.offset = static_cast<uint32_t>(offset);
    packet.size = static_cast<uint16_t>(std::min(whole, frame.payload.size() - offset));
    packet.timestamp_offset = static_cast<uint16_t>(samples);
    out.packets.push_back(packet);
    offset += packet.size;
  }
  return out;
}

void AudioDepacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  if (packet.payload.empty()) return;
  AccessUnit unit;
  unit.timestamp = packet.timestamp;
  bool turn = order_ == Order::kG726HighBitsFirst;
  unit.payload = turn ? base::Slice(low_bits_first(packet.payload, codec::g726::bits_per_sample(config_)))
                      : base::Slice::copy_of(packet.payload);
  unit.key = true;
  unit.after_loss = lost_before;
  if (!told_) unit.config = config_;
  told_ = true;
  out.push_back(std::move(unit));
}

}  // namespace eyas::rtp
