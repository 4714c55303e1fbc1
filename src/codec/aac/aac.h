// AAC: AudioSpecificConfig [ISO 14496-3 1.6.2.1].
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec::aac {

// Hz, by samplingFrequencyIndex [ISO 14496-3 table 1.18].
inline constexpr std::array<uint32_t, 13> kRates = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                                    22050, 16000, 12000, 11025, 8000,  7350};

struct AudioSpecificConfig {
  uint8_t object_type = 0;        // of the core: 2 is AAC-LC
  uint32_t core_sample_rate = 0;  // Hz
  uint32_t sample_rate = 0;       // Hz at the output: that of SBR where signalled
  uint8_t channels = 0;  // at the output; 0 when a program config element must say it and none is there
  bool sbr = false;
  bool ps = false;
  uint32_t frame_samples = 1024;  // at the core's rate; 0 when unknown
  size_t bits = 0;                // that it took, without backward compatible signalling behind it
};

base::Result<AudioSpecificConfig> parse(base::Bytes record);

base::Result<media::CodecConfig> describe(base::Slice record);
base::Slice build_record(uint8_t object_type, uint32_t sample_rate, uint8_t channels);
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::aac
