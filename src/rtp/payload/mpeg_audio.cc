#include "rtp/payload/mpeg_audio.h"

#include <algorithm>

#include "codec/mp3/mp3.h"
#include "rtp/payload/packet_writer.h"

namespace eyas::rtp {
namespace {

using base::Bytes;

constexpr size_t kHeaderBytes = 4;        // 16 zero bits, Frag_offset
constexpr size_t kFrameBytesMax = 65535;  // what Frag_offset reaches

}  // namespace

PacketizedFrame MpegAudioPacketizer::packetize(const media::Frame& frame, size_t max_payload) {
  if (frame.payload.size() > kFrameBytesMax) return {};
  PacketWriter writer(frame.payload.size(), max_payload);
  Bytes all = frame.payload;
  for (size_t offset = 0; offset < all.size();) {
    size_t size = std::min(max_payload - kHeaderBytes, all.size() - offset);
    writer.begin();
    writer.u16(0);
    writer.u16(static_cast<uint16_t>(offset));
    writer.bytes(all.subspan(offset, size));
    writer.end();
    offset += size;
  }
  // The marker says that sound begins after silence [RFC 2250 3.5], which we do not know.
  return writer.finish(PacketWriter::Marker::kNone);
}

void MpegAudioDepacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  if (lost_before) {
    units_.lost();
    fragment_.clear();
  }
  base::ByteReader reader(packet.payload);
  reader.skip(2);
  size_t offset = reader.u16();
  Bytes body = reader.rest();
  if (!reader.ok()) return;
  if (offset > 0) return take_fragment(offset, body, out);
  fragment_.clear();
  take_frames(packet.timestamp, body, out);
}

void MpegAudioDepacketizer::take_frames(uint32_t timestamp, Bytes frames, std::vector<AccessUnit>& out) {
  for (auto header = codec::mp3::parse(frames); header; header = codec::mp3::parse(frames)) {
    size_t size = header->bytes;
    if (size == 0) return;  // free bit rate: only a whole stream tells its frames
    if (size > frames.size()) {
      fragment_.assign(frames.begin(), frames.end());
      fragment_whole_ = size;
      fragment_timestamp_ = timestamp;
      return;
    }
    emit(timestamp, frames.first(size), out);
    timestamp += static_cast<uint32_t>(uint64_t{header->samples} * clock_rate_ / header->sample_rate);
    frames = frames.subspan(size);
  }
}

void MpegAudioDepacketizer::take_fragment(size_t offset, Bytes part, std::vector<AccessUnit>& out) {
  if (fragment_.empty() || offset != fragment_.size() || part.size() > fragment_whole_ - offset) {
    return fragment_.clear();
  }
  fragment_.insert(fragment_.end(), part.begin(), part.end());
  if (fragment_.size() == fragment_whole_) emit(fragment_timestamp_, std::exchange(fragment_, {}), out);
}

void MpegAudioDepacketizer::emit(uint32_t timestamp, Bytes frame, std::vector<AccessUnit>& out) {
  if (auto config = codec::mp3::describe_packet(frame)) units_.set_config(*std::move(config));
  units_.emit(timestamp, frame, out);
}

}  // namespace eyas::rtp
