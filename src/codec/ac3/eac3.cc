#include "codec/ac3/eac3.h"

#include "codec/bit_reader.h"
#include "codec/samples.h"

namespace eyas::codec::eac3 {
namespace {

using base::Code;
using base::Error;

constexpr uint32_t kDependent = 1;  // strmtyp [ATSC A/52 table E2.1]

struct Header {
  uint32_t type = 0;
  size_t bytes = 0;
  uint32_t rate = 0;
  uint32_t samples = 0;
  uint8_t channels = 0;
};

base::Result<Header> parse(base::Bytes payload) {
  constexpr uint32_t kSync = 0x0B77, kReserved = 3, kHalfRates = 3;
  constexpr uint32_t kBsidMin = 11, kBsidMax = 16;  // below stands AC-3
  constexpr uint32_t kRates[] = {48000, 44100, 32000}, kBlocks[] = {1, 2, 3, 6}, kBlockSamples = 256;
  constexpr uint8_t kChannels[] = {2, 1, 2, 3, 3, 4, 4, 5};
  BitReader r(payload);
  Header header;
  bool sync = r.bits(16) == kSync;
  header.type = r.bits(2);
  r.skip(3);  // substreamid
  header.bytes = 2 * (r.bits(11) + 1);
  uint32_t rate = r.bits(2), second = r.bits(2);
  uint32_t mode = r.bits(3);
  uint32_t low_frequency = r.bits(1);
  uint32_t bsid = r.bits(5);
  if (!r.ok() || !sync) return Error{Code::kMalformed, "e-ac-3: no sync frame", {}};
  if (bsid < kBsidMin || bsid > kBsidMax)
    return Error{Code::kUnsupported, "e-ac-3: bitstream identification", {}};
  bool halved = rate == kHalfRates;
  if (header.type == kReserved || (halved && second >= std::size(kRates)))
    return Error{Code::kMalformed, "e-ac-3: reserved codes", {}};
  header.rate = halved ? kRates[second] / 2 : kRates[rate];
  header.samples = (halved ? kBlocks[3] : kBlocks[second]) * kBlockSamples;
  header.channels = static_cast<uint8_t>(kChannels[mode] + low_frequency);
  return header;
}

}  // namespace

base::Result<media::CodecConfig> describe(base::Slice) {
  media::CodecConfig config;
  config.codec = media::Codec::kEac3;
  config.rfc6381 = "ec-3";
  return config;
}

base::Result<media::CodecConfig> describe_packet(base::Bytes payload) {
  auto header = parse(payload);
  if (!header) return header.error();
  auto config = describe({});
  config->sample_rate = header->rate;
  config->channels = header->channels;
  return config;
}

size_t packet_bytes(base::Bytes payload) {
  auto header = parse(payload);
  if (!header) return 0;
  size_t bytes = header->bytes;
  while (bytes < payload.size()) {
    base::Bytes rest = payload.subspan(bytes);
    auto next = parse(rest);
    if (!next || next->type != kDependent || next->bytes > rest.size()) break;
    bytes += next->bytes;
  }
  return bytes;
}

base::Duration packet_duration(const media::CodecConfig&, base::Bytes payload) {
  auto header = parse(payload);
  bool plays = header && header->type != kDependent;  // a dependent one plays with that before it
  return plays ? duration_of_samples(header->samples, header->rate) : base::Duration{};
}

}  // namespace eyas::codec::eac3
