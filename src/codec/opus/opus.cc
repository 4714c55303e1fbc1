#include "codec/opus/opus.h"

#include "codec/limits.h"

namespace eyas::codec::opus {
namespace {

using base::Code;
using base::Error;

constexpr uint32_t kDecodeRate = 48000;    // Opus decodes at 48 kHz whatever went in [RFC 7845 5.1]
constexpr uint16_t kPreSkipSamples = 312;  // 6.5 ms, libopus's look-ahead
constexpr base::Duration kPacketMax = std::chrono::milliseconds(120);

}  // namespace

base::Result<media::CodecConfig> describe(base::Slice record) {
  if (record.size() > kRecordBytesMax) return Error{Code::kLimit, "OpusHead: too large", {}};
  base::ByteReader reader(record);
  bool magic = reader.text(8) == "OpusHead";
  uint8_t version = reader.u8();
  uint8_t channels = reader.u8();
  reader.skip(2 + 4 + 2);  // pre-skip, input rate, gain
  uint8_t family = reader.u8();
  if (family != 0) reader.skip(2u + channels);  // stream counts and the mapping
  if (!magic || !reader.ok() || channels == 0) return Error{Code::kMalformed, "OpusHead", {}};
  if (version > 15)
    return Error{Code::kUnsupported, "OpusHead: version", {}};  // [RFC 7845 5.1]: 0 to 15 are compatible
  if (family == 0 && channels > 2)
    return Error{Code::kMalformed, "OpusHead: channels of mapping family 0", {}};
  media::CodecConfig config;
  config.codec = media::Codec::kOpus;
  config.record = std::move(record);
  config.rfc6381 = "opus";
  config.sample_rate = kDecodeRate;
  config.channels = channels;
  return config;
}

base::Result<media::CodecConfig> describe_packet(base::Bytes payload) {
  constexpr uint8_t kStereo = 0x04;
  if (payload.empty()) return Error{Code::kMalformed, "opus: empty packet", {}};
  return describe(build_record((payload[0] & kStereo) != 0 ? 2 : 1, kDecodeRate));
}

base::Slice build_record(uint8_t channels, uint32_t input_rate) {
  base::ByteWriter out;
  out.text("OpusHead");
  out.u8(1);
  out.u8(channels);
  out.u16(__builtin_bswap16(kPreSkipSamples));
  out.u32_le(input_rate);
  out.u16(0);  // gain
  out.u8(0);   // mapping family
  return base::Slice(out.take());
}

base::Duration packet_duration(const media::CodecConfig&, base::Bytes payload) {
  // Frame lengths in microseconds by configuration [RFC 6716 table 2].
  constexpr int kSilk[] = {10000, 20000, 40000, 60000};
  constexpr int kCelt[] = {2500, 5000, 10000, 20000};
  if (payload.empty()) return {};
  unsigned config = payload[0] >> 3;
  int frame = config < 12   ? kSilk[config % 4]
              : config < 16 ? (config % 2 == 0 ? 10000 : 20000)
                            : kCelt[config % 4];
  unsigned code = payload[0] & 3;
  if (code == 3 && payload.size() < 2) return {};
  int frames = code == 0 ? 1 : code < 3 ? 2 : payload[1] & 0x3F;
  base::Duration duration = std::chrono::microseconds(frame) * frames;
  return duration > kPacketMax ? base::Duration{} : duration;
}

}  // namespace eyas::codec::opus
