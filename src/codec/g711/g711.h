// G.711: a byte a sample; 8 kHz mono unless the track says otherwise. There is no record and no header.
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec::g711 {

base::Result<media::CodecConfig> describe_a_law(base::Slice record);
base::Result<media::CodecConfig> describe_u_law(base::Slice record);
base::Result<media::CodecConfig> describe_packet_a_law(base::Bytes payload);
base::Result<media::CodecConfig> describe_packet_u_law(base::Bytes payload);
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::g711
