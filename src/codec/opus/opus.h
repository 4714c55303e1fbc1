// Opus: identification header [RFC 7845 5.1] and packet durations [RFC 6716 3].
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec::opus {

base::Result<media::CodecConfig> describe(base::Slice record);
// From the TOC's stereo flag; builds an OpusHead of 48 kHz.
base::Result<media::CodecConfig> describe_packet(base::Bytes payload);
base::Slice build_record(uint8_t channels, uint32_t input_rate);
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::opus
