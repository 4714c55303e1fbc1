// The CMAF header: what a player reads before the first fragment. [ISO 23000-19 7.3.1]
#pragma once

#include <span>

#include "base/result.h"
#include "base/slice.h"
#include "media/codec.h"

namespace eyas::mp4 {

// Ticks a second of a track: 90000 for video, the sample rate for audio (48000 when it is unknown, and for
// Opus always).
uint32_t timescale_for(const media::CodecConfig& config);

struct InitTrack {
  uint32_t id = 1;  // track_ID, not 0, one of its own in the file
  const media::CodecConfig* config = nullptr;
};

// ftyp and moov with one trak and one trex for each track. Errors: as write_sample_entry.
base::Result<base::Slice> init_segment(std::span<const InitTrack> tracks);

}  // namespace eyas::mp4
