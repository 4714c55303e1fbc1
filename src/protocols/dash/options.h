// The configuration of DASH and every limit of it. Parts and segments are those of HLS: "hls.*".
#pragma once

#include <cstddef>

#include "base/option_schema.h"
#include "base/result.h"
#include "base/time.h"

namespace eyas::dash {

struct Options {
  base::Duration latency = std::chrono::milliseconds(2'000);  // at which players are asked to play
  base::Duration idle_close = std::chrono::seconds(30);       // no request for so long: packaging may end
  base::Duration start_timeout = std::chrono::seconds(8);     // how long a request waits for the first media
  base::Duration hold_max = std::chrono::seconds(6);          // how long a request waits for what comes next
  size_t waiting_max = 10'000;  // requests that wait or are being answered, per stream and loop; then 503
  base::Duration viewer_window = std::chrono::seconds(15);  // a viewer counts so long after his last request
  size_t viewers_max = 100'000;                             // viewers told apart, per stream and loop
};

// Binds the keys "dash.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

}  // namespace eyas::dash
