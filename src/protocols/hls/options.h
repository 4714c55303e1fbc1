// The configuration of HLS and every limit of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/option_schema.h"
#include "base/result.h"
#include "base/time.h"
#include "container/cmaf/settings.h"

namespace eyas::hls {

enum class Start : uint8_t {
  kViewer,   // package when the first viewer comes, stop when idle
  kPublish,  // package as long as the stream is live
};

struct Options : cmaf::Settings {
  Start start = Start::kViewer;
  base::Duration idle_close = std::chrono::seconds(30);  // with Start::kViewer: no request for so long
  base::Duration start_timeout =
      std::chrono::seconds(8);  // how long a playlist request waits for the first media
  base::Duration block_max = std::chrono::seconds(6);  // how long a blocking reload or a hinted part waits
  size_t blocked_max = 10'000;                         // requests that wait, per stream and loop; then 503
  base::Duration viewer_window =
      std::chrono::seconds(15);  // a viewer counts for so long after his last request
  size_t viewers_max = 100'000;  // viewers told apart, per stream and loop
};

// Binds the keys "hls.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);
// Whether the values can work together; names the key and what is allowed.
base::Status check(const Options& options);

}  // namespace eyas::hls
