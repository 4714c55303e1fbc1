#include "rtp/payload/vp9.h"

#include <algorithm>

#include "codec/codec.h"
#include "rtp/payload/packet_writer.h"

namespace eyas::rtp {
namespace {

// Payload descriptor [RFC 9628 4.2].
constexpr uint8_t kHasPictureId = 0x80;    // I
constexpr uint8_t kInterPredicted = 0x40;  // P
constexpr uint8_t kHasLayers = 0x20;       // L
constexpr uint8_t kFlexible = 0x10;        // F
constexpr uint8_t kFrameStart = 0x08;      // B
constexpr uint8_t kFrameEnd = 0x04;        // E
constexpr uint8_t kHasStructure = 0x02;    // V
constexpr uint8_t kLongPictureId = 0x80;   // M
constexpr uint16_t kPictureIdMask = 0x7FFF;
// Scalability structure [RFC 9628 4.2.1]: one spatial layer, its size, no picture group.
constexpr uint8_t kStructureSize = 0x10;   // Y
constexpr uint8_t kStructureGroup = 0x08;  // G

constexpr size_t kDescriptorBytes = 3;
constexpr size_t kStructureBytes = 5;

void skip_picture_group(base::ByteReader& reader) {
  unsigned pictures = reader.u8();
  for (unsigned i = 0; i < pictures && reader.ok(); ++i) reader.skip(reader.u8() >> 2 & 3);  // R indices
}

void skip_structure(base::ByteReader& reader) {
  uint8_t head = reader.u8();
  unsigned layers = (head >> 5) + 1u;
  if ((head & kStructureSize) != 0) reader.skip(size_t{4} * layers);
  if ((head & kStructureGroup) != 0) skip_picture_group(reader);
}

void skip_references(base::ByteReader& reader) {
  constexpr unsigned kReferencesMax = 3;
  for (unsigned i = 0; i < kReferencesMax; ++i) {
    if ((reader.u8() & 1) == 0) return;  // N: another one follows
  }
}

}  // namespace

PacketizedFrame Vp9Packetizer::packetize(const media::Frame& frame, size_t max_payload) {
  PacketWriter writer(frame.payload.size(), max_payload);
  media::CodecConfig picture;
  if (frame.key) {
    if (auto said = codec::describe_packet(media::Codec::kVp9, frame.payload)) picture = *std::move(said);
  }
  base::Bytes rest = frame.payload;
  for (bool first = true; !rest.empty(); first = false) {
    bool structure = first && picture.width != 0;
    size_t room = max_payload - kDescriptorBytes - (structure ? kStructureBytes : 0);
    size_t size = std::min(room, rest.size());
    writer.begin();
    writer.u8(kHasPictureId | (frame.key ? 0 : kInterPredicted) | (first ? kFrameStart : 0) |
              (size == rest.size() ? kFrameEnd : 0) | (structure ? kHasStructure : 0));
    writer.u16(static_cast<uint16_t>(kLongPictureId << 8 | picture_id_));
    if (structure) {
      writer.u8(kStructureSize);
      writer.u16(static_cast<uint16_t>(picture.width));
      writer.u16(static_cast<uint16_t>(picture.height));
    }
    writer.bytes(rest.first(size));
    writer.end();
    rest = rest.subspan(size);
  }
  picture_id_ = (picture_id_ + 1) & kPictureIdMask;
  return writer.finish();
}

void Vp9Depacketizer::take(base::Bytes payload) {
  base::ByteReader reader(payload);
  uint8_t head = reader.u8();
  bool flexible = (head & kFlexible) != 0;
  if ((head & kHasPictureId) != 0 && (reader.u8() & kLongPictureId) != 0) reader.skip(1);
  if ((head & kHasLayers) != 0) reader.skip(flexible ? 1 : 2);  // layer indices, TL0PICIDX
  if (flexible && (head & kInterPredicted) != 0) skip_references(reader);
  if ((head & kHasStructure) != 0) skip_structure(reader);
  bool starts = (head & kFrameStart) != 0;
  if (!reader.ok() || (unit_empty() && !starts)) return damage();
  append(reader.rest());
}

}  // namespace eyas::rtp
