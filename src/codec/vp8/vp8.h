// VP8: the frame header [RFC 6386 9.1]. There is no record.
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "codec/codec.h"
#include "media/codec.h"

namespace eyas::codec::vp8 {

base::Result<media::CodecConfig> describe(base::Slice record);
base::Result<media::CodecConfig> describe_packet(base::Bytes payload);
base::Result<FrameFacts> inspect(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::vp8
