// G.726: ADPCM of 2 to 5 bits a sample, 8 kHz mono. The record is one byte, the bits of a sample: packets do
// not say it. In them the first sample lies in the lowest bits [RFC 3551 4.5.4].
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec::g726 {

// Errors: kMalformed for another number of bits.
base::Result<media::CodecConfig> describe(base::Slice record);
// 2 to 5; 0 when the configuration is no G.726.
unsigned bits_per_sample(const media::CodecConfig& config);
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::g726
