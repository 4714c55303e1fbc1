// Fragments: moof and mdat of one or more tracks. [ISO 14496-12 8.8]
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/slice.h"
#include "container/mp4/event.h"
#include "media/frame.h"

namespace eyas::mp4 {

// A media time in ticks of `timescale`, rounded down; times before zero give zero. Consecutive times are
// converted by themselves and subtracted, so that durations never drift.
uint64_t to_ticks(media::MediaTime time, uint32_t timescale);

struct Sample {
  uint32_t duration = 0;           // ticks
  int32_t composition_offset = 0;  // pts - dts, ticks
  bool key = false;
  base::Slice payload;
};

struct TrackRun {
  uint32_t track_id = 1;
  bool video = false;
  uint64_t decode_time = 0;  // tfdt: dts of the first sample, ticks
  std::span<const Sample> samples;
};

// When a frame of a fragment was taken, for `prft` [ISO 14496-12 8.16.5].
struct ProducerTime {
  base::WallTime wall;
  uint32_t track_id = 1;
  uint64_t media_time = 0;  // ticks of that track
};

// (prft) (emsg...) moof mdat as one contiguous slice: payloads are copied once, when the fragment is made, so
// that every viewer is served from one buffer. `sequence` counts the fragments of a file from 1.
base::Slice write_fragment(uint32_t sequence, std::span<const TrackRun> runs,
                           const std::optional<ProducerTime>& producer = std::nullopt,
                           std::span<const Event> events = {});

}  // namespace eyas::mp4
