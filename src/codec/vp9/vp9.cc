#include "codec/vp9/vp9.h"

#include <algorithm>
#include <cstdio>

#include "codec/bit_reader.h"
#include "codec/limits.h"

namespace eyas::codec::vp9 {
namespace {

using base::Code;
using base::Error;

struct FrameHeader {
  uint8_t profile = 0;
  bool show_existing = false;
  bool key = false;
  bool shown = false;
  // Key frames only:
  uint8_t bit_depth = 8;
  uint8_t color_space = 0;  // [VP9 7.2.2]
  bool full_range = false;
  bool subsampling_x = true;
  bool subsampling_y = true;
  uint32_t width = 0;
  uint32_t height = 0;
};

// color_config [VP9 6.2.2].
void read_color(BitReader& r, FrameHeader& header) {
  constexpr uint8_t kRgb = 7;
  bool odd_profile = header.profile % 2 == 1;
  if (header.profile >= 2) header.bit_depth = r.flag() ? 12 : 10;
  header.color_space = static_cast<uint8_t>(r.bits(3));
  if (header.color_space == kRgb) {
    header.full_range = true;
    header.subsampling_x = header.subsampling_y = false;
    if (odd_profile) r.skip(1);
    return;
  }
  header.full_range = r.flag();
  if (!odd_profile) return;
  header.subsampling_x = r.flag();
  header.subsampling_y = r.flag();
  r.skip(1);
}

// uncompressed_header [VP9 6.2], as far as the facts go.
base::Result<FrameHeader> parse_frame_header(base::Bytes payload) {
  constexpr uint32_t kFrameMarker = 2;
  constexpr uint32_t kSyncCode = 0x498342;
  BitReader r(payload);
  FrameHeader header;
  if (r.bits(2) != kFrameMarker) return Error{Code::kMalformed, "vp9: frame_marker", {}};
  uint32_t low = r.bits(1);
  header.profile = static_cast<uint8_t>(r.bits(1) << 1 | low);
  if (header.profile == 3) r.skip(1);
  header.show_existing = r.flag();
  if (!header.show_existing) {
    header.key = !r.flag();
    header.shown = r.flag();
    r.skip(1);  // error_resilient_mode
  }
  if (header.key) {
    if (r.bits(24) != kSyncCode) return Error{Code::kMalformed, "vp9: frame_sync_code", {}};
    read_color(r, header);
    header.width = r.bits(16) + 1;
    header.height = r.bits(16) + 1;
  }
  if (!r.ok()) return Error{Code::kMalformed, "vp9: the header ends early", {}};
  if (std::max(header.width, header.height) > kPictureSideMax)
    return Error{Code::kLimit, "vp9: picture too large", {}};
  return header;
}

// The lowest level whose luma picture size fits (VP9 levels, Annex A); the bit rate is not known here.
uint8_t level_of(uint32_t width, uint32_t height) {
  struct Row {
    uint32_t samples;
    uint8_t level;
  };
  constexpr Row kRows[] = {{36864, 10},  {73728, 11},   {122880, 20},  {245760, 21},  {552960, 30},
                           {983040, 31}, {2228224, 40}, {8912896, 50}, {35651584, 60}};
  uint64_t samples = static_cast<uint64_t>(width) * height;
  for (const Row& row : kRows) {
    if (samples <= row.samples) return row.level;
  }
  return 62;
}

std::string codecs_string(uint8_t profile, uint8_t level, uint8_t bit_depth) {
  char text[24];
  std::snprintf(text, sizeof text, "vp09.%02u.%02u.%02u", profile, level, bit_depth);
  return text;
}

// Colour primaries, transfer and matrix of ISO 23091-2 for a VP9 color_space; 2 is unspecified.
uint8_t cicp_of(uint8_t color_space, bool matrix) {
  constexpr uint8_t kPrimaries[] = {2, 6, 1, 6, 7, 9, 2, 1};
  constexpr uint8_t kMatrices[] = {2, 6, 1, 6, 7, 9, 2, 0};
  return matrix ? kMatrices[color_space & 7] : kPrimaries[color_space & 7];
}

base::Slice build_record(const FrameHeader& header, uint8_t level) {
  // chromaSubsampling: 1 is 4:2:0 collocated with luma, 2 is 4:2:2, 3 is 4:4:4.
  unsigned chroma = header.subsampling_x ? (header.subsampling_y ? 1 : 2) : 3;
  base::ByteWriter out;
  out.u8(header.profile);
  out.u8(level);
  out.u8(static_cast<uint8_t>(header.bit_depth << 4 | chroma << 1 | (header.full_range ? 1 : 0)));
  out.u8(cicp_of(header.color_space, false));
  out.u8(2);  // transfer characteristics are not in the bitstream
  out.u8(cicp_of(header.color_space, true));
  out.u16(0);  // codecInitializationDataSize
  return base::Slice(out.take());
}

}  // namespace

base::Result<media::CodecConfig> describe(base::Slice record) {
  constexpr uint8_t kLowestLevel = 10;
  if (record.size() > kRecordBytesMax) return Error{Code::kLimit, "vpcC: too large", {}};
  base::ByteReader reader(record);
  uint8_t profile = reader.u8();
  uint8_t level = reader.u8();
  uint8_t bit_depth = reader.u8() >> 4;
  reader.skip(3);
  reader.skip(reader.u16());
  bool known_depth = bit_depth == 8 || bit_depth == 10 || bit_depth == 12;
  if (!reader.ok() || profile > 3 || !known_depth) return Error{Code::kMalformed, "vpcC", {}};
  media::CodecConfig config;
  config.codec = media::Codec::kVp9;
  config.rfc6381 = codecs_string(profile, level == 0 ? kLowestLevel : level, bit_depth);
  config.record = std::move(record);
  return config;
}

base::Result<media::CodecConfig> describe_packet(base::Bytes payload) {
  auto header = parse_frame_header(payload);
  if (!header) return header.error();
  if (!header->key) return Error{Code::kMalformed, "vp9: not a key frame", {}};
  auto config = describe(build_record(*header, level_of(header->width, header->height)));
  if (!config) return config;
  config->width = header->width;
  config->height = header->height;
  return config;
}

base::Result<FrameFacts> inspect(const media::CodecConfig&, base::Bytes payload) {
  FrameFacts facts;
  if (payload.empty()) return facts;
  auto header = parse_frame_header(payload);
  if (!header) return header.error();
  facts.key = header->key;
  facts.picture = facts.starts_picture = true;
  return facts;
}

}  // namespace eyas::codec::vp9
