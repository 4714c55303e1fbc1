#include "codec/aac/aac.h"

#include <array>
#include <string>

#include "codec/bit_reader.h"
#include "codec/limits.h"
#include "codec/samples.h"

namespace eyas::codec::aac {
namespace {

using base::Code;
using base::Error;

// Audio object types [ISO 14496-3 table 1.17].
constexpr uint32_t kSbr = 5;
constexpr uint32_t kErLowDelay = 23;
constexpr uint32_t kPs = 29;
constexpr uint32_t kEscape = 31;
constexpr uint32_t kErEnhancedLowDelay = 39;
constexpr uint32_t kUsac = 42;

constexpr uint32_t kEscapedRate = 15;

uint32_t read_object_type(BitReader& r) {
  uint32_t type = r.bits(5);
  return type == kEscape ? 32 + r.bits(6) : type;
}

uint32_t read_rate(BitReader& r) {
  uint32_t index = r.bits(4);
  if (index == kEscapedRate) return r.bits(24);
  if (index >= kRates.size()) return r.fail(), 0;
  return kRates[index];
}

// Object types whose configuration is a GASpecificConfig.
bool is_general_audio(uint32_t type) {
  return (type >= 1 && type <= 4) || type == 6 || type == 7 || type == 17 || (type >= 19 && type <= 23);
}

// Channels of a program config element [ISO 14496-3 4.4.1.1]: a pair counts two.
uint8_t read_program_config_channels(BitReader& r) {
  r.skip(4 + 2 + 4);  // tag, object type, rate
  unsigned fronts = r.bits(4), sides = r.bits(4), backs = r.bits(4), lows = r.bits(2);
  unsigned data = r.bits(3), couplings = r.bits(4);
  if (r.flag()) r.skip(4);  // mono mixdown
  if (r.flag()) r.skip(4);  // stereo mixdown
  if (r.flag()) r.skip(3);  // matrix mixdown
  unsigned channels = lows;
  for (unsigned i = 0; i < fronts + sides + backs && r.ok(); ++i) {
    channels += r.flag() ? 2 : 1;
    r.skip(4);
  }
  r.skip(4 * lows + 4 * data + 5 * couplings);
  r.align();
  r.skip(8 * r.bits(8));  // comment
  return static_cast<uint8_t>(channels);
}

void read_general_audio(BitReader& r, uint32_t channel_configuration, AudioSpecificConfig& config) {
  bool short_frame = r.flag();  // frameLengthFlag
  config.frame_samples =
      config.object_type == kErLowDelay ? (short_frame ? 480 : 512) : (short_frame ? 960 : 1024);
  if (r.flag()) r.skip(14);  // coreCoderDelay
  bool extension = r.flag();
  if (channel_configuration == 0) config.channels = read_program_config_channels(r);
  if (config.object_type == 6 || config.object_type == 20) r.skip(3);  // layerNr
  if (!extension) return;
  if (config.object_type == 22) r.skip(5 + 11);
  if (config.object_type == 17 || (config.object_type >= 19 && config.object_type <= kErLowDelay)) r.skip(3);
  r.skip(1);
}

// Backward compatible signalling behind the configuration [ISO 14496-3 1.6.5.2]. What is cut off is not
// there.
void read_sync_extension(BitReader r, AudioSpecificConfig& config) {
  constexpr uint32_t kSyncSbr = 0x2B7, kSyncPs = 0x548;
  if (config.sbr || r.bits_left() < 16 || r.bits(11) != kSyncSbr) return;
  if (read_object_type(r) != kSbr || !r.flag()) return;
  uint32_t rate = read_rate(r);
  if (!r.ok() || rate == 0) return;
  config.sbr = true;
  config.sample_rate = rate;
  if (r.bits_left() >= 12 && r.bits(11) == kSyncPs) config.ps = r.flag();
}

std::string codecs_string(const AudioSpecificConfig& config) {
  uint32_t type = config.ps ? kPs : config.sbr ? kSbr : config.object_type;
  return "mp4a.40." + std::to_string(type);
}

}  // namespace

base::Result<AudioSpecificConfig> parse(base::Bytes record) {
  constexpr std::array<uint8_t, 15> kChannels = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8};
  BitReader r(record);
  AudioSpecificConfig config;
  uint32_t type = read_object_type(r);
  config.core_sample_rate = config.sample_rate = read_rate(r);
  uint32_t channel_configuration = r.bits(4);
  if (type == kSbr || type == kPs) {  // explicit hierarchical signalling
    config.sbr = true;
    config.ps = type == kPs;
    config.sample_rate = read_rate(r);
    type = read_object_type(r);
  }
  if (channel_configuration >= kChannels.size()) r.fail();
  if (!r.ok() || config.sample_rate == 0 || config.core_sample_rate == 0 || type == 0) {
    return Error{Code::kMalformed, "aac: AudioSpecificConfig", {}};
  }
  config.object_type = static_cast<uint8_t>(type);
  config.channels = kChannels[channel_configuration];
  if (is_general_audio(type)) {
    read_general_audio(r, channel_configuration, config);
    if (!r.ok()) return Error{Code::kMalformed, "aac: GASpecificConfig", {}};
    config.bits = r.position();
    read_sync_extension(r, config);
  } else if (type == kErEnhancedLowDelay) {
    config.frame_samples = r.flag() ? 480 : 512;
  } else if (type == kUsac) {
    config.frame_samples = 0;
  } else {
    return Error{Code::kUnsupported, "aac: audio object type", std::to_string(type)};
  }
  if (config.ps && config.channels == 1) config.channels = 2;
  return config;
}

base::Result<media::CodecConfig> describe(base::Slice record) {
  if (record.size() > kRecordBytesMax) return Error{Code::kLimit, "aac: AudioSpecificConfig too large", {}};
  auto parsed = parse(record);
  if (!parsed) return parsed.error();
  media::CodecConfig config;
  config.codec = media::Codec::kAac;
  config.record = std::move(record);
  config.rfc6381 = codecs_string(*parsed);
  config.sample_rate = parsed->sample_rate;
  config.channels = parsed->channels;
  return config;
}

base::Slice build_record(uint8_t object_type, uint32_t sample_rate, uint8_t channels) {
  uint32_t rate_index = kEscapedRate;
  for (uint32_t i = 0; i < kRates.size(); ++i) {
    if (kRates[i] == sample_rate) rate_index = i;
  }
  BitWriter out;
  if (object_type < kEscape) {
    out.bits(object_type, 5);
  } else {
    out.bits(kEscape, 5);
    out.bits(object_type - 32u, 6);
  }
  out.bits(rate_index, 4);
  if (rate_index == kEscapedRate) out.bits(sample_rate, 24);
  out.bits(channels == 8 ? 7 : channels, 4);
  out.bits(0, 3);  // 1024 samples, no core coder, no extension
  return base::Slice(out.take());
}

base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload) {
  if (payload.empty()) return {};
  auto parsed = parse(config.record);
  if (!parsed) return {};
  return duration_of_samples(parsed->frame_samples, parsed->core_sample_rate);
}

}  // namespace eyas::codec::aac
