// VP9: the record (VPCodecConfigurationRecord) and the frame header.
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "codec/codec.h"
#include "media/codec.h"

namespace eyas::codec::vp9 {

// The record has no picture size: width and height come from describe_packet() of a key frame.
base::Result<media::CodecConfig> describe(base::Slice record);
base::Result<media::CodecConfig> describe_packet(base::Bytes payload);
base::Result<FrameFacts> inspect(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::vp9
