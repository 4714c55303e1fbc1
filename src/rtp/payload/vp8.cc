#include "rtp/payload/vp8.h"

#include <algorithm>

#include "rtp/payload/packet_writer.h"

namespace eyas::rtp {
namespace {

// Payload descriptor [RFC 7741 4.2].
constexpr uint8_t kExtended = 0x80;        // X
constexpr uint8_t kPartitionStart = 0x10;  // S
constexpr uint8_t kPartitionMask = 0x07;   // PID
constexpr uint8_t kHasPictureId = 0x80;    // I
constexpr uint8_t kHasTl0PicIdx = 0x40;    // L
constexpr uint8_t kHasTidOrKeyIdx = 0x30;  // T, K
constexpr uint8_t kLongPictureId = 0x80;   // M
constexpr size_t kDescriptorBytes = 4;
constexpr uint16_t kPictureIdMask = 0x7FFF;

}  // namespace

PacketizedFrame Vp8Packetizer::packetize(const media::Frame& frame, size_t max_payload) {
  PacketWriter writer(frame.payload.size(), max_payload);
  base::Bytes rest = frame.payload;
  for (bool first = true; !rest.empty(); first = false) {
    size_t size = std::min(max_payload - kDescriptorBytes, rest.size());
    writer.begin();
    writer.u8(kExtended | (first ? kPartitionStart : 0));
    writer.u8(kHasPictureId);
    writer.u16(static_cast<uint16_t>(kLongPictureId << 8 | picture_id_));
    writer.bytes(rest.first(size));
    writer.end();
    rest = rest.subspan(size);
  }
  picture_id_ = (picture_id_ + 1) & kPictureIdMask;
  return writer.finish();
}

void Vp8Depacketizer::take(base::Bytes payload) {
  base::ByteReader reader(payload);
  uint8_t first = reader.u8();
  uint8_t extension = (first & kExtended) != 0 ? reader.u8() : uint8_t{0};
  if ((extension & kHasPictureId) != 0 && (reader.u8() & kLongPictureId) != 0) reader.skip(1);
  if ((extension & kHasTl0PicIdx) != 0) reader.skip(1);
  if ((extension & kHasTidOrKeyIdx) != 0) reader.skip(1);
  bool starts = (first & kPartitionStart) != 0 && (first & kPartitionMask) == 0;
  if (!reader.ok() || starts != unit_empty()) return damage();
  append(reader.rest());
}

}  // namespace eyas::rtp
