#include "container/mpegts/packet.h"

#include <algorithm>

namespace eyas::mpegts {
namespace {

constexpr uint8_t kHasAdaptation = 0x20, kHasPayload = 0x10;
constexpr uint8_t kDiscontinuity = 0x80, kRandomAccess = 0x40, kHasPcr = 0x10;
constexpr size_t kPcrBytes = 6;
constexpr uint8_t kStuffing = 0xFF;

// What stands behind the flags and is neither of the fields we read nor stuffing: OPCR, splice countdown,
// private data, extension [ISO 13818-1 2.4.3.4].
size_t optional_fields_bytes(uint8_t flags, base::Bytes field) {
  constexpr uint8_t kHasOpcr = 0x08, kHasSplice = 0x04, kHasPrivate = 0x02, kHasExtension = 0x01;
  base::ByteReader in(field);
  in.skip(1u + ((flags & kHasPcr) != 0 ? kPcrBytes : 0));
  if ((flags & kHasOpcr) != 0) in.skip(kPcrBytes);
  if ((flags & kHasSplice) != 0) in.skip(1);
  if ((flags & kHasPrivate) != 0) in.skip(in.u8());
  if ((flags & kHasExtension) != 0) in.skip(in.u8());
  return in.position();
}

void read_adaptation(Packet& packet, base::Bytes field) {
  if (field.empty()) return;
  uint8_t flags = field[0];
  packet.discontinuity = (flags & kDiscontinuity) != 0;
  packet.random_access = (flags & kRandomAccess) != 0;
  if ((flags & kHasPcr) != 0 && field.size() >= 1 + kPcrBytes) {
    base::ByteReader in(field.subspan(1, kPcrBytes));
    uint64_t high = in.u32();
    packet.pcr = high << 1 | in.u16() >> 15;
  }
  packet.stuffing_bytes = field.size() - std::min(field.size(), optional_fields_bytes(flags, field));
}

// Bytes of the adaptation field's content, without its length byte; 0 when there is nothing to say.
size_t content_bytes(const Adaptation& adaptation) {
  return adaptation.empty() ? 0 : 1 + (adaptation.pcr ? kPcrBytes : 0);
}

// `field_bytes` is the whole field with its length byte.
void put_adaptation(base::ByteWriter& out, const Adaptation& adaptation, size_t field_bytes) {
  size_t end = out.size() + field_bytes;
  out.u8(static_cast<uint8_t>(field_bytes - 1));
  if (field_bytes == 1) return;
  uint8_t flags = 0;
  if (adaptation.discontinuity) flags |= kDiscontinuity;
  if (adaptation.random_access) flags |= kRandomAccess;
  if (adaptation.pcr) flags |= kHasPcr;
  out.u8(flags);
  if (adaptation.pcr) {
    uint64_t base = *adaptation.pcr & kTickMask;
    out.u32(static_cast<uint32_t>(base >> 1));
    out.u16(static_cast<uint16_t>((base & 1) << 15 | 0x7E00));  // reserved bits are 1, extension 0
  }
  while (out.size() < end) out.u8(kStuffing);
}

void put_header(base::ByteWriter& out, bool unit_start, uint16_t pid, uint8_t flags_and_counter) {
  out.u8(kSyncByte);
  out.u16(static_cast<uint16_t>((unit_start ? 0x4000 : 0) | pid));
  out.u8(flags_and_counter);
}

}  // namespace

std::optional<Packet> read_packet(base::Bytes bytes) {
  base::ByteReader in(bytes);
  if (bytes.size() != kPacketBytes || in.u8() != kSyncByte) return std::nullopt;
  uint16_t second = in.u16();
  uint8_t fourth = in.u8();
  Packet packet;
  packet.transport_error = (second & 0x8000) != 0;
  packet.unit_start = (second & 0x4000) != 0;
  packet.pid = second & 0x1FFF;
  packet.scrambling = fourth >> 6;
  packet.has_payload = (fourth & kHasPayload) != 0;
  packet.continuity_counter = fourth & 0x0F;
  if ((fourth & kHasAdaptation) != 0) {
    base::Bytes field = in.take(in.u8());
    if (!in.ok()) return std::nullopt;
    read_adaptation(packet, field);
  }
  if (packet.has_payload) packet.payload = in.rest();
  return packet;
}

void PacketWriter::write(base::ByteWriter& out, const Adaptation& adaptation, base::Bytes head,
                         base::Bytes body) {
  constexpr size_t kRoom = kPacketBytes - kHeaderBytes;
  bool first = true;
  while (first || !head.empty() || !body.empty()) {
    Adaptation here = first ? adaptation : Adaptation{};
    size_t field_bytes = here.empty() ? 0 : 1 + content_bytes(here);
    size_t payload_bytes = std::min(kRoom - field_bytes, head.size() + body.size());
    field_bytes = kRoom - payload_bytes;  // what the payload leaves is stuffing
    uint8_t flags = field_bytes > 0 ? kHasAdaptation | kHasPayload : kHasPayload;
    put_header(out, first, pid_, flags | next_counter_);
    next_counter_ = (next_counter_ + 1) & 0x0F;
    if (field_bytes > 0) put_adaptation(out, here, field_bytes);
    size_t of_head = std::min(head.size(), payload_bytes);
    out.bytes(head.first(of_head));
    head = head.subspan(of_head);
    out.bytes(body.first(payload_bytes - of_head));
    body = body.subspan(payload_bytes - of_head);
    first = false;
  }
}

void PacketWriter::write_adaptation(base::ByteWriter& out, const Adaptation& adaptation) const {
  // The counter of the packet before: it counts payloads only [ISO 13818-1 2.4.3.3].
  put_header(out, false, pid_, kHasAdaptation | ((next_counter_ - 1) & 0x0F));
  put_adaptation(out, adaptation, kPacketBytes - kHeaderBytes);
}

}  // namespace eyas::mpegts
