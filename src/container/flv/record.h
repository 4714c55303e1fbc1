// Decoder configuration and payload: from the forms that FLV carries to the canonical ones, and back.
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "container/flv/quirks.h"
#include "media/codec.h"

namespace eyas::flv {

// Whether a codec's packets say everything: its sequence header is empty.
bool describes_itself(media::Codec codec);

// A sequence header's body, in the form that codec::describe() takes.
struct Record {
  base::Slice record;
  unsigned nal_length_size = 4;  // of the coded frames that follow: 1 to 4 bytes
};
// Errors: malformed.
base::Result<Record> canonical_record(media::Codec codec, const base::Slice& body);

// The bytes that follow the tag header of a sequence header; empty when the codec has none.
base::Slice wire_record(const media::CodecConfig& config);

// A coded frame's body, made canonical; shares `body` wherever nothing must change. Empty when it holds
// nothing. Errors: malformed.
base::Result<base::Slice> canonical_payload(media::Codec codec, const base::Slice& body,
                                            unsigned nal_length_size, Quirks& quirks);

}  // namespace eyas::flv
