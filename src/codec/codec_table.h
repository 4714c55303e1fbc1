// The one table of codecs: what differs between them is a row, not a switch.
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "codec/codec.h"
#include "codec/nal/syntax.h"
#include "media/codec.h"

namespace eyas::codec {

struct CodecRow {
  media::Codec codec;
  base::Result<media::CodecConfig> (*describe)(base::Slice record);
  base::Result<media::CodecConfig> (*describe_packet)(base::Bytes payload);  // null: packets do not say it
  base::Result<FrameFacts> (*inspect)(const media::CodecConfig& config, base::Bytes payload);
  base::Duration (*packet_duration)(const media::CodecConfig& config, base::Bytes payload);  // null: unknown
  const nal::Syntax* nal;  // null: no NAL units
};

const CodecRow& row_of(media::Codec codec);

}  // namespace eyas::codec
