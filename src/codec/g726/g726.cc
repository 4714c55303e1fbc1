#include "codec/g726/g726.h"

#include "codec/samples.h"

namespace eyas::codec::g726 {

base::Result<media::CodecConfig> describe(base::Slice record) {
  constexpr uint32_t kRate = 8000;
  media::CodecConfig config;
  config.codec = media::Codec::kG726;
  config.record = std::move(record);
  config.sample_rate = kRate;
  config.channels = 1;
  if (bits_per_sample(config) == 0) return base::Error{base::Code::kMalformed, "g.726: bits of a sample", {}};
  return config;
}

unsigned bits_per_sample(const media::CodecConfig& config) {
  constexpr unsigned kMin = 2, kMax = 5;
  if (config.codec != media::Codec::kG726 || config.record.size() != 1) return 0;
  unsigned bits = config.record.bytes()[0];
  return bits >= kMin && bits <= kMax ? bits : 0;
}

base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload) {
  unsigned bits = bits_per_sample(config);
  return bits == 0 ? base::Duration{} : duration_of_samples(payload.size() * 8 / bits, config.sample_rate);
}

}  // namespace eyas::codec::g726
