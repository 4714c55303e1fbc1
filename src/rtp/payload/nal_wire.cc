#include "rtp/payload/nal_wire.h"

#include <algorithm>

#include "codec/h264/h264.h"
#include "codec/h265/h265.h"

namespace eyas::rtp {
namespace {

using base::Bytes;

constexpr uint8_t kStart = 0x80;  // S of both FU headers [RFC 6184 5.8], [RFC 7798 4.4.3]
constexpr uint8_t kEnd = 0x40;    // E

Fragment part_of(uint8_t fu_header) {
  return {(fu_header & kStart) != 0, (fu_header & kEnd) != 0};
}
uint8_t fu_flags(Fragment part) {
  return static_cast<uint8_t>((part.first ? kStart : 0) | (part.last ? kEnd : 0));
}

namespace h264 {

constexpr uint8_t kTypeMask = 0x1F;
constexpr uint8_t kForbiddenBit = 0x80;
constexpr uint8_t kNriMask = 0x60;
constexpr uint8_t kStapA = 24;
constexpr uint8_t kFuA = 28;

NalPacking packing(Bytes payload) {
  uint8_t type = payload[0] & kTypeMask;
  if (type == kStapA) return NalPacking::kAggregation;
  if (type == kFuA) return NalPacking::kFragment;
  return type >= 1 && type <= 23 ? NalPacking::kSingle : NalPacking::kOther;
}

// F is set if one of them has it, NRI is the highest of theirs [RFC 6184 5.7.1].
NalPayloadHeader aggregation_header(std::span<const Bytes> units) {
  uint8_t forbidden = 0;
  uint8_t nri = 0;
  for (Bytes unit : units) {
    forbidden |= unit[0] & kForbiddenBit;
    nri = std::max<uint8_t>(nri, unit[0] & kNriMask);
  }
  return {{static_cast<uint8_t>(forbidden | nri | kStapA)}, 1};
}

NalPayloadHeader fragment_header(Bytes unit, Fragment part) {
  return {{static_cast<uint8_t>((unit[0] & ~kTypeMask) | kFuA),
           static_cast<uint8_t>(fu_flags(part) | (unit[0] & kTypeMask))},
          2};
}

Fragment fragment_part(Bytes payload) {
  return part_of(payload[1]);
}

NalPayloadHeader unit_header(Bytes payload) {
  return {{static_cast<uint8_t>((payload[0] & ~kTypeMask) | (payload[1] & kTypeMask))}, 1};
}

bool is_slice(Bytes unit) {
  uint8_t type = unit[0] & kTypeMask;
  return type >= 1 && type <= 5;
}

// first_mb_in_slice is 0, whose Exp-Golomb code is a single one bit [ISO 14496-10 7.3.3]. Data partitions B
// and C follow their A and start nothing.
bool starts_picture(Bytes slice) {
  uint8_t type = slice[0] & kTypeMask;
  return type != 3 && type != 4 && slice.size() > 1 && (slice[1] & 0x80) != 0;
}

bool is_filler(unsigned type) {
  return type >= 10 && type <= 12;
}

}  // namespace h264

namespace h265 {

constexpr uint8_t kAggregation = 48;
constexpr uint8_t kFragmentation = 49;
constexpr uint8_t kLastVcl = 31;

uint8_t type_of(Bytes unit) {
  return unit[0] >> 1 & 0x3F;
}

NalPacking packing(Bytes payload) {
  uint8_t type = type_of(payload);
  if (type == kAggregation) return NalPacking::kAggregation;
  if (type == kFragmentation) return NalPacking::kFragment;
  return type < kAggregation ? NalPacking::kSingle : NalPacking::kOther;
}

// F is set if one of them has it, LayerId and TID are the lowest of theirs [RFC 7798 4.4.2].
NalPayloadHeader aggregation_header(std::span<const Bytes> units) {
  uint8_t forbidden = 0;
  unsigned layer = 0x3F;
  unsigned temporal = 7;
  for (Bytes unit : units) {
    forbidden |= unit[0] & 0x80;
    layer = std::min<unsigned>(layer, (unit[0] & 1) << 5 | unit[1] >> 3);
    temporal = std::min<unsigned>(temporal, unit[1] & 7);
  }
  return {{static_cast<uint8_t>(forbidden | kAggregation << 1 | layer >> 5),
           static_cast<uint8_t>((layer & 0x1F) << 3 | temporal)},
          2};
}

NalPayloadHeader fragment_header(Bytes unit, Fragment part) {
  return {{static_cast<uint8_t>((unit[0] & 0x81) | kFragmentation << 1), unit[1],
           static_cast<uint8_t>(fu_flags(part) | type_of(unit))},
          3};
}

Fragment fragment_part(Bytes payload) {
  return part_of(payload[2]);
}

NalPayloadHeader unit_header(Bytes payload) {
  return {{static_cast<uint8_t>((payload[0] & 0x81) | (payload[2] & 0x3F) << 1), payload[1]}, 2};
}

bool is_slice(Bytes unit) {
  return type_of(unit) <= kLastVcl;
}

// first_slice_segment_in_pic_flag [ISO 23008-2 7.3.6.1].
bool starts_picture(Bytes slice) {
  return slice.size() > 2 && (slice[2] & 0x80) != 0;
}

bool is_filler(unsigned type) {
  return type >= 36 && type <= 38;
}

}  // namespace h265

}  // namespace

const NalWire kH264Wire = {
    .codec = media::Codec::kH264,
    .syntax = codec::h264::kSyntax,
    .header_bytes = 1,
    .fragment_bytes = 2,
    .packing = h264::packing,
    .aggregation_header = h264::aggregation_header,
    .fragment_header = h264::fragment_header,
    .fragment_part = h264::fragment_part,
    .unit_header = h264::unit_header,
    .is_slice = h264::is_slice,
    .starts_picture = h264::starts_picture,
    .is_filler = h264::is_filler,
};

const NalWire kH265Wire = {
    .codec = media::Codec::kH265,
    .syntax = codec::h265::kSyntax,
    .header_bytes = 2,
    .fragment_bytes = 3,
    .packing = h265::packing,
    .aggregation_header = h265::aggregation_header,
    .fragment_header = h265::fragment_header,
    .fragment_part = h265::fragment_part,
    .unit_header = h265::unit_header,
    .is_slice = h265::is_slice,
    .starts_picture = h265::starts_picture,
    .is_filler = h265::is_filler,
};

}  // namespace eyas::rtp
