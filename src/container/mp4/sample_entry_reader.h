// Sample entries of strangers: from "avc1" with its avcC to what a decoder must be told.
#pragma once

#include "base/result.h"
#include "container/mp4/box_reader.h"
#include "media/codec.h"

namespace eyas::mp4 {

// Of a track from read_init(). `length_bytes` is how long the lengths before NAL units are (4 for other
// codecs); the configuration says 4, as ours do, and payloads must be changed to it. Errors: kUnsupported (a
// codec that we do not know, encrypted), kMalformed.
struct EntryFacts {
  media::CodecConfig config;
  unsigned length_bytes = 4;
};
base::Result<EntryFacts> read_sample_entry(const ReadTrack& track);

}  // namespace eyas::mp4
