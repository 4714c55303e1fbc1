#include "codec/g711/g711.h"

#include "codec/samples.h"

namespace eyas::codec::g711 {
namespace {

media::CodecConfig config_of(media::Codec codec, const char* name) {
  constexpr uint32_t kRate = 8000;
  media::CodecConfig config;
  config.codec = codec;
  config.rfc6381 = name;  // the sample entry's name
  config.sample_rate = kRate;
  config.channels = 1;
  return config;
}

}  // namespace

base::Result<media::CodecConfig> describe_a_law(base::Slice) {
  return config_of(media::Codec::kG711A, "alaw");
}
base::Result<media::CodecConfig> describe_u_law(base::Slice) {
  return config_of(media::Codec::kG711U, "ulaw");
}
base::Result<media::CodecConfig> describe_packet_a_law(base::Bytes) {
  return describe_a_law({});
}
base::Result<media::CodecConfig> describe_packet_u_law(base::Bytes) {
  return describe_u_law({});
}

base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload) {
  if (config.channels == 0) return {};
  return duration_of_samples(payload.size() / config.channels, config.sample_rate);
}

}  // namespace eyas::codec::g711
