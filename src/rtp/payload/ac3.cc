#include "rtp/payload/ac3.h"

#include <algorithm>

#include "codec/ac3/ac3.h"
#include "rtp/payload/packet_writer.h"

namespace eyas::rtp {
namespace {

using base::Bytes;

constexpr size_t kHeaderBytes = 2;
constexpr size_t kFrameBytesMax = 3840;  // 640 kbit/s at 32 kHz [ATSC A/52 table 5.18]
constexpr uint32_t kFrameSamples = 1536;

// Frame types [RFC 4184 4.1.1].
constexpr uint8_t kWhole = 0;
constexpr uint8_t kFirstWithFiveEighths = 1;
constexpr uint8_t kFirst = 2;
constexpr uint8_t kNext = 3;

uint8_t type_of_first(size_t size, size_t whole) {
  return size * 8 >= whole * 5 ? kFirstWithFiveEighths : kFirst;
}

}  // namespace

PacketizedFrame Ac3Packetizer::packetize(const media::Frame& frame, size_t max_payload) {
  if (frame.payload.size() > kFrameBytesMax) return {};
  PacketWriter writer(frame.payload.size(), max_payload);
  size_t room = max_payload - kHeaderBytes;
  Bytes all = frame.payload;
  size_t count = (all.size() + room - 1) / room;
  for (size_t offset = 0; offset < all.size(); offset += room) {
    Bytes part = all.subspan(offset, std::min(room, all.size() - offset));
    writer.begin();
    writer.u8(count == 1 ? kWhole : offset > 0 ? kNext : type_of_first(part.size(), all.size()));
    writer.u8(static_cast<uint8_t>(count));
    writer.bytes(part);
    writer.end();
  }
  return writer.finish();
}

void Ac3Depacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  if (lost_before) {
    units_.lost();
    fragment_.clear();
  }
  base::ByteReader reader(packet.payload);
  uint8_t type = reader.u8() & 3;
  reader.skip(1);  // how many frames or fragments
  Bytes body = reader.rest();
  if (!reader.ok()) return;
  if (type == kNext && (fragment_.empty() || fragment_timestamp_ != packet.timestamp)) return;
  if (type != kNext) fragment_.clear();
  if (type == kWhole) return take_frames(packet.timestamp, body, out);
  fragment_timestamp_ = packet.timestamp;
  fragment_.insert(fragment_.end(), body.begin(), body.end());
  size_t whole = codec::ac3::frame_bytes(fragment_);
  if (whole == 0 || fragment_.size() > whole) return fragment_.clear();
  if (fragment_.size() == whole) emit(packet.timestamp, std::exchange(fragment_, {}), out);
}

void Ac3Depacketizer::take_frames(uint32_t timestamp, Bytes frames, std::vector<AccessUnit>& out) {
  for (size_t size; (size = codec::ac3::frame_bytes(frames)) != 0 && size <= frames.size();) {
    auto config = codec::ac3::describe_packet(frames);
    emit(timestamp, frames.first(size), out);
    if (config)
      timestamp += static_cast<uint32_t>(uint64_t{kFrameSamples} * clock_rate_ / config->sample_rate);
    frames = frames.subspan(size);
  }
}

void Ac3Depacketizer::emit(uint32_t timestamp, Bytes frame, std::vector<AccessUnit>& out) {
  if (auto config = codec::ac3::describe_packet(frame)) units_.set_config(*std::move(config));
  units_.emit(timestamp, frame, out);
}

}  // namespace eyas::rtp
