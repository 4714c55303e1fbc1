// Configuration and limits of MJPEG and snapshots.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/option_schema.h"
#include "base/time.h"

namespace eyas::mjpeg {

struct Options {
  uint32_t fps_max = 15;      // mjpeg.fps_max
  uint32_t width_max = 1920;  // mjpeg.width_max
  size_t viewers_max = 500;   // mjpeg.viewers_max: viewers, and requests that wait for a snapshot
  base::Duration picture_wait = std::chrono::seconds(5);  // mjpeg.picture_wait_ms: for the first picture
};

// Binds the keys "mjpeg.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

}  // namespace eyas::mjpeg
