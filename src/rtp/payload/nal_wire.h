// Where the RTP payloads of H.264 [RFC 6184] and H.265 [RFC 7798] differ: one NalWire each. What they share
// works over it: NalPacketizer, NalDepacketizer.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "codec/nal/syntax.h"
#include "media/codec.h"

namespace eyas::rtp {

// How a payload carries NAL units.
enum class NalPacking : uint8_t {
  kSingle,       // it is one
  kAggregation,  // 16-bit lengths and whole units: STAP-A, AP
  kFragment,     // a part of one: FU-A, FU
  kOther,        // interleaved forms, extensions, reserved types
};

// A payload header: that of an aggregation packet, or of a fragment with its FU header.
struct NalPayloadHeader {
  std::array<uint8_t, 3> bytes{};
  size_t size = 0;
};

struct Fragment {
  bool first = false;
  bool last = false;
};

struct NalWire {
  media::Codec codec;
  const codec::nal::Syntax& syntax;
  size_t header_bytes;    // of a NAL unit, and of an aggregation packet
  size_t fragment_bytes;  // payload header and FU header

  // `payload` has at least header_bytes bytes.
  NalPacking (*packing)(base::Bytes payload);
  NalPayloadHeader (*aggregation_header)(std::span<const base::Bytes> units);
  NalPayloadHeader (*fragment_header)(base::Bytes unit, Fragment part);
  // `payload` has at least fragment_bytes bytes.
  Fragment (*fragment_part)(base::Bytes payload);
  // The NAL unit header that a fragment's payload header stands for.
  NalPayloadHeader (*unit_header)(base::Bytes payload);
  bool (*is_slice)(base::Bytes unit);
  // Of a slice: it is the first one of its picture.
  bool (*starts_picture)(base::Bytes slice);
  // Units that carry nothing: filler data, end of sequence and of stream. They are dropped.
  bool (*is_filler)(unsigned type);
};

extern const NalWire kH264Wire;
extern const NalWire kH265Wire;

}  // namespace eyas::rtp
