// FLAC: the STREAMINFO block's body and the frame header [RFC 9639 8.2, 9.1].
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec::flac {

base::Result<media::CodecConfig> describe(base::Slice record);
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::flac
