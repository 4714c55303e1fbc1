#include "codec/ac3/ac3.h"

#include "codec/bit_reader.h"
#include "codec/samples.h"

namespace eyas::codec::ac3 {

using base::Code;
using base::Error;

base::Result<media::CodecConfig> describe(base::Slice) {
  media::CodecConfig config;
  config.codec = media::Codec::kAc3;
  config.rfc6381 = "ac-3";
  return config;
}

base::Result<media::CodecConfig> describe_packet(base::Bytes payload) {
  constexpr uint32_t kSync = 0x0B77;
  constexpr uint32_t kBsidMax = 10;  // 9 and 10 halve and quarter the rate; above it stands E-AC-3
  constexpr uint32_t kRates[] = {48000, 44100, 32000};
  constexpr uint8_t kChannels[] = {2, 1, 2, 3, 3, 4, 4, 5};
  BitReader r(payload);
  bool sync = r.bits(16) == kSync;
  r.skip(16);  // crc1
  uint32_t rate = r.bits(2);
  r.skip(6);  // frmsizecod
  uint32_t bsid = r.bits(5);
  r.skip(3);  // bsmod
  uint32_t mode = r.bits(3);
  if (!r.ok() || !sync) return Error{Code::kMalformed, "ac-3: no sync frame", {}};
  if (bsid > kBsidMax) return Error{Code::kUnsupported, "ac-3: bitstream identification", {}};
  if (rate >= std::size(kRates)) return Error{Code::kMalformed, "ac-3: sample rate code", {}};
  if ((mode & 1) != 0 && mode != 1) r.skip(2);  // centre mix level
  if ((mode & 4) != 0) r.skip(2);               // surround mix level
  if (mode == 2) r.skip(2);                     // Dolby Surround mode
  bool low_frequency = r.flag();
  if (!r.ok()) return Error{Code::kMalformed, "ac-3: the header ends early", {}};
  auto config = describe({});
  config->sample_rate = kRates[rate] >> (bsid > 8 ? bsid - 8 : 0);
  config->channels = static_cast<uint8_t>(kChannels[mode] + (low_frequency ? 1 : 0));
  return config;
}

// [ATSC A/52 5.4.1.4, table 5.18]: the bit rate decides, and 44.1 kHz alternates between two sizes.
size_t frame_bytes(base::Bytes payload) {
  constexpr uint32_t kKilobits[] = {32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                    192, 224, 256, 320, 384, 448, 512, 576, 640};
  if (!describe_packet(payload)) return 0;
  BitReader r(payload);
  r.skip(32);
  uint32_t rate = r.bits(2);
  uint32_t code = r.bits(6);
  if (code / 2 >= std::size(kKilobits)) return 0;
  uint32_t kilobits = kKilobits[code / 2];
  uint32_t words = rate == 0 ? 2 * kilobits : rate == 2 ? 3 * kilobits : 320 * kilobits / 147 + code % 2;
  return 2 * words;
}

base::Duration packet_duration(const media::CodecConfig&, base::Bytes payload) {
  constexpr uint32_t kFrameSamples = 1536;
  auto config = describe_packet(payload);
  return config ? duration_of_samples(kFrameSamples, config->sample_rate) : base::Duration{};
}

}  // namespace eyas::codec::ac3
