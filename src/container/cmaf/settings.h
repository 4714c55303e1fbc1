// What CMAF is made to, and the limits of what is kept.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace eyas::cmaf {

enum class Sound : uint8_t {
  kAac,       // what everybody plays: made of others where a worker can
  kOriginal,  // as the sender has it, where CMAF players can be expected to play it
};

struct Settings {
  base::Duration part_duration =
      std::chrono::milliseconds(200);  // parts are whole frames as near to it as can be
  base::Duration segment_duration = std::chrono::seconds(2);  // a segment ends at the first keyframe after it
  base::Duration segment_duration_max =
      std::chrono::seconds(4);  // ... and here without one; the target duration
  size_t window_segments = 7;   // complete segments listed; never less than 3 target durations
  // Of one stream, listed and retired; the oldest go first, and a segment that is larger by itself ends.
  size_t window_bytes = 96 * 1024 * 1024;
  bool keep_sei = false;  // pass SEI on to viewers
  bool data = true;       // data tracks go along as event messages
  Sound sound = Sound::kAac;
  // With Sound::kAac: players' start waits so long for AAC that is being made.
  base::Duration aac_wait = std::chrono::seconds(3);
};

}  // namespace eyas::cmaf
