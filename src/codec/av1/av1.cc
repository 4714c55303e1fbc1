#include "codec/av1/av1.h"

#include <cstdio>

#include "codec/av1/obu.h"
#include "codec/av1/sequence_header.h"
#include "codec/bit_reader.h"
#include "codec/limits.h"

namespace eyas::codec::av1 {
namespace {

using base::Code;
using base::Error;

constexpr uint8_t kMarkerAndVersion = 0x81;
constexpr uint8_t kCodecsChroma420 = 110;  // 4:2:0, sample position unknown

// "av01.0.04M.08"; the colour fields only where they differ from the defaults [AV1-ISOBMFF 5].
std::string codecs_string(const SequenceHeader& header) {
  char text[64];
  const ColorConfig& color = header.color;
  std::snprintf(text, sizeof text, "av01.%u.%02u%c.%02u", header.profile, header.level_idx,
                header.high_tier ? 'H' : 'M', color.bit_depth);
  std::string out = text;
  unsigned chroma = color.subsampling_x * 100u + color.subsampling_y * 10u +
                    (color.subsampling_x && color.subsampling_y ? color.chroma_sample_position : 0u);
  bool plain = !color.mono_chrome && chroma == kCodecsChroma420 && !color.described && !color.full_range;
  if (plain) return out;
  std::snprintf(text, sizeof text, ".%u.%03u.%02u.%02u.%02u.%u", color.mono_chrome, chroma, color.primaries,
                color.transfer, color.matrix, color.full_range);
  return out + text;
}

base::Slice build_record(const SequenceHeader& header, base::Bytes sequence_header_obu) {
  const ColorConfig& color = header.color;
  BitWriter bits;
  bits.bits(kMarkerAndVersion, 8);
  bits.bits(header.profile, 3);
  bits.bits(header.level_idx, 5);
  bits.bits(header.high_tier, 1);
  bits.bits(color.bit_depth > 8, 1);
  bits.bits(color.bit_depth == 12, 1);
  bits.bits(color.mono_chrome, 1);
  bits.bits(color.subsampling_x, 1);
  bits.bits(color.subsampling_y, 1);
  bits.bits(color.chroma_sample_position, 2);
  bits.bits(0, 8);  // reserved, no initial_presentation_delay
  std::vector<uint8_t> out = bits.take();
  out.insert(out.end(), sequence_header_obu.begin(), sequence_header_obu.end());
  return base::Slice(std::move(out));
}

media::CodecConfig config_of(const SequenceHeader& header, base::Slice record) {
  media::CodecConfig config;
  config.codec = media::Codec::kAv1;
  config.record = std::move(record);
  config.rfc6381 = codecs_string(header);
  config.width = header.width;
  config.height = header.height;
  config.frame_rate = header.frame_rate;
  return config;  // reorder_depth 0: a temporal unit shows exactly one frame, so units come in display order
}

// The facts of the record's own header, for records without a sequence header.
SequenceHeader header_of_record(base::Bytes record) {
  SequenceHeader header;
  BitReader r(record.subspan(1));
  header.profile = static_cast<uint8_t>(r.bits(3));
  header.level_idx = static_cast<uint8_t>(r.bits(5));
  header.high_tier = r.flag();
  bool high_bit_depth = r.flag();
  bool twelve_bit = r.flag();
  header.color.bit_depth = twelve_bit ? 12 : high_bit_depth ? 10 : 8;
  header.color.mono_chrome = r.flag();
  header.color.subsampling_x = r.flag();
  header.color.subsampling_y = r.flag();
  header.color.chroma_sample_position = static_cast<uint8_t>(r.bits(2));
  return header;
}

// The start of uncompressed_header [AV1 5.9.2]: a key frame that is shown. A hidden one is decodable, but
// what follows it may show frames from before.
bool is_shown_key(base::Bytes frame, bool reduced_still_picture_header) {
  constexpr uint32_t kKeyFrame = 0;
  if (reduced_still_picture_header) return true;
  BitReader r(frame);
  bool show_existing = r.flag();
  uint32_t frame_type = r.bits(2);
  bool show = r.flag();
  return r.ok() && !show_existing && frame_type == kKeyFrame && show;
}

}  // namespace

base::Result<media::CodecConfig> describe(base::Slice record) {
  if (record.size() < kRecordHeaderBytes) return Error{Code::kMalformed, "av1C: too short", {}};
  if (record.size() > kRecordBytesMax) return Error{Code::kLimit, "av1C: too large", {}};
  if (record.bytes()[0] != kMarkerAndVersion) return Error{Code::kMalformed, "av1C: marker or version", {}};
  Obu obu;
  ObuWalk walk(record.bytes().subspan(kRecordHeaderBytes));
  while (walk.next(obu)) {
    if (obu.type != ObuType::kSequenceHeader) continue;
    auto header = parse_sequence_header(obu.payload);
    if (!header) return header.error();
    return config_of(*header, std::move(record));
  }
  if (!walk.ok()) return Error{Code::kMalformed, "av1C: an OBU ends early", {}};
  return config_of(header_of_record(record), record);
}

base::Result<media::CodecConfig> describe_packet(base::Bytes payload) {
  Obu obu;
  for (ObuWalk walk(payload); walk.next(obu);) {
    if (obu.type != ObuType::kSequenceHeader) continue;
    auto header = parse_sequence_header(obu.payload);
    if (!header) return header.error();
    base::Slice record = build_record(*header, obu.whole);
    if (record.size() > kRecordBytesMax) return Error{Code::kLimit, "av1 sequence header: too large", {}};
    return config_of(*header, std::move(record));
  }
  return Error{Code::kMalformed, "av1: no sequence header", {}};
}

base::Result<FrameFacts> inspect(const media::CodecConfig&, base::Bytes payload) {
  FrameFacts facts;
  bool reduced = false;
  Obu obu;
  ObuWalk walk(payload);
  while (walk.next(obu)) {
    bool header = obu.type == ObuType::kFrame || obu.type == ObuType::kFrameHeader;
    if (obu.type == ObuType::kSequenceHeader) {
      facts.has_parameter_sets = true;
      auto sequence = parse_sequence_header(obu.payload);
      reduced = sequence.ok() && sequence->reduced_still_picture_header;
    }
    if (header && !facts.picture) facts.key = is_shown_key(obu.payload, reduced);
    facts.picture |= header || obu.type == ObuType::kTileGroup || obu.type == ObuType::kTileList;
  }
  if (!walk.ok()) return Error{Code::kMalformed, "av1: an OBU ends early", {}};
  facts.starts_picture = facts.picture;
  return facts;
}

}  // namespace eyas::codec::av1
