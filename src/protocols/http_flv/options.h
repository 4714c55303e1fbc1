// Configuration and limits of HTTP-FLV and WebSocket-FLV.
#pragma once

#include <cstddef>

#include "base/option_schema.h"
#include "base/time.h"

namespace eyas::http_flv {

struct Options {
  base::Duration play_wait =
      base::Duration::zero();  // http_flv.play_wait: for a stream that is not there yet
  base::Duration max_send_delay =
      base::Duration::zero();          // http_flv.max_send_delay_ms: 0 = one send per frame
  size_t send_bytes_max = 256 * 1024;  // what is there already leaves in sends of at most about this size
};

// Binds the keys "http_flv.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

}  // namespace eyas::http_flv
