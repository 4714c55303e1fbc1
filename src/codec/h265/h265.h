// H.265 in its canonical form: the record and the access unit.
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "codec/codec.h"
#include "codec/nal/syntax.h"
#include "media/codec.h"

namespace eyas::codec::h265 {

extern const nal::Syntax kSyntax;

base::Result<media::CodecConfig> describe(base::Slice record);
base::Result<FrameFacts> inspect(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec::h265
