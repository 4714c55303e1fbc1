#include "codec/vp8/vp8.h"

namespace eyas::codec::vp8 {

using base::Code;
using base::Error;

base::Result<media::CodecConfig> describe(base::Slice) {
  media::CodecConfig config;
  config.codec = media::Codec::kVp8;
  config.rfc6381 = "vp8";
  return config;
}

base::Result<media::CodecConfig> describe_packet(base::Bytes payload) {
  constexpr uint32_t kStartCode = 0x9D012A;
  constexpr uint16_t kSizeMask = 0x3FFF;  // above it stands the scale
  base::ByteReader reader(payload);
  bool key = (reader.u8() & 1) == 0;
  reader.skip(2);
  bool started = reader.u24() == kStartCode;
  uint16_t width = __builtin_bswap16(reader.u16()) & kSizeMask;
  uint16_t height = __builtin_bswap16(reader.u16()) & kSizeMask;
  if (!reader.ok() || !key || !started) return Error{Code::kMalformed, "vp8: not a key frame", {}};
  auto config = describe({});
  config->width = width;
  config->height = height;
  return config;
}

base::Result<FrameFacts> inspect(const media::CodecConfig&, base::Bytes payload) {
  FrameFacts facts;
  if (payload.empty()) return facts;
  facts.key = (payload[0] & 1) == 0;
  facts.picture = facts.starts_picture = true;
  return facts;
}

}  // namespace eyas::codec::vp8
