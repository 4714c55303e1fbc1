#include "codec/flac/flac.h"

#include "codec/bit_reader.h"
#include "codec/samples.h"

namespace eyas::codec::flac {
namespace {

using base::Code;
using base::Error;

constexpr size_t kStreamInfoBytes = 34;

// Passes over the coded number, written like UTF-8 with up to 7 bytes [RFC 9639 9.1.5].
void skip_coded_number(BitReader& r) {
  uint32_t first = r.bits(8);
  if ((first & 0x80) == 0) return;
  unsigned ones = 0;
  while (ones < 8 && (first & 0x80u >> ones) != 0) ++ones;
  if (ones < 2 || ones > 7) return r.fail();
  r.skip(8 * (ones - 1));
}

// Samples of a block [RFC 9639 9.1.1]; 0 when the header is broken.
uint32_t block_samples(base::Bytes payload) {
  constexpr uint32_t kSync = 0x7FFC;  // 15 bits
  BitReader r(payload);
  if (r.bits(15) != kSync) return 0;
  r.skip(1);  // blocking strategy
  uint32_t code = r.bits(4);
  r.skip(4 + 4 + 3 + 1);
  skip_coded_number(r);
  if (!r.ok() || code == 0) return 0;
  if (code == 1) return 192;
  if (code <= 5) return 144u << code;
  if (code == 6) return r.bits(8) + (r.ok() ? 1 : 0);
  if (code == 7) return r.bits(16) + (r.ok() ? 1 : 0);
  return 1u << code;
}

}  // namespace

base::Result<media::CodecConfig> describe(base::Slice record) {
  if (record.size() != kStreamInfoBytes) return Error{Code::kMalformed, "flac: STREAMINFO size", {}};
  BitReader r(record.bytes());
  r.skip(16 + 16 + 24 + 24);  // block and frame sizes
  media::CodecConfig config;
  config.codec = media::Codec::kFlac;
  config.sample_rate = r.bits(20);
  config.channels = static_cast<uint8_t>(r.bits(3) + 1);
  if (config.sample_rate == 0) return Error{Code::kMalformed, "flac: sample rate", {}};
  config.rfc6381 = "fLaC";
  config.record = std::move(record);
  return config;
}

base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload) {
  return duration_of_samples(block_samples(payload), config.sample_rate);
}

}  // namespace eyas::codec::flac
