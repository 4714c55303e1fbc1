// Sample entries: how `stsd` says what a decoder needs.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "media/codec.h"

namespace eyas::mp4 {

// Whether tracks of this codec can be put in MP4 by this room.
bool can_carry(media::Codec codec);

// Appends the sample entry box of the configuration: avc1, hvc1, av01, vp09, mp4a, Opus, ac-3, ec-3, fLaC or
// .mp3. Errors: kUnsupported for another codec, kMalformed when the record is too short for its codec.
base::Status write_sample_entry(const media::CodecConfig& config, base::ByteWriter& out);

}  // namespace eyas::mp4
