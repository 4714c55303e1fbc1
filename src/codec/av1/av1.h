// AV1 in its canonical form: the record (av1C) and the temporal unit.
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "codec/codec.h"
#include "media/codec.h"

namespace eyas::codec::av1 {

// A record without a sequence header in its configOBUs is accepted: width and height are then unknown (0).
base::Result<media::CodecConfig> describe(base::Slice record);
// From a temporal unit with a sequence header; builds the record.
base::Result<media::CodecConfig> describe_packet(base::Bytes payload);
base::Result<FrameFacts> inspect(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::av1
