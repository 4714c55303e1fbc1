// L16: samples of 16 bits as they are [RFC 3551 4.5.11]. There is no record and no header: the track says the
// rate and the channels.
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec::l16 {

base::Result<media::CodecConfig> describe(base::Slice record);
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::l16
