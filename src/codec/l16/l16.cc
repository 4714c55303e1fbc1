#include "codec/l16/l16.h"

#include "codec/samples.h"

namespace eyas::codec::l16 {

base::Result<media::CodecConfig> describe(base::Slice) {
  media::CodecConfig config;
  config.codec = media::Codec::kL16;
  return config;
}

base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload) {
  constexpr size_t kSampleBytes = 2;
  if (config.channels == 0) return {};
  return duration_of_samples(payload.size() / (kSampleBytes * config.channels), config.sample_rate);
}

}  // namespace eyas::codec::l16
