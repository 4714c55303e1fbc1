// Configuration and limits of MPEG transport streams over UDP, RTP, TCP and HTTP.
#pragma once

#include <cstddef>

#include "base/option_schema.h"
#include "base/time.h"

namespace eyas::mpegts_udp {

struct Options {
  base::Duration play_wait =
      base::Duration::zero();  // mpegts.play_wait_ms: for a stream that is not there yet
  base::Duration idle_timeout = std::chrono::seconds(5);        // mpegts.idle_timeout_ms
  base::Duration sender_silence = std::chrono::seconds(1);      // mpegts.sender_silence_ms
  base::Duration reorder_wait = std::chrono::milliseconds(50);  // mpegts.reorder_wait_ms
  size_t access_unit_bytes_max = 16 << 20;                      // mpegts.access_unit_bytes_max
  size_t tracks_max = 16;                                       // mpegts.tracks_max
  bool wait_for_key_after_loss = true;                          // mpegts.wait_for_key_after_loss
  size_t send_bytes_max = 256 * 1024;  // what is there already leaves in sends of at most about this size
};

// Binds the keys "mpegts.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

}  // namespace eyas::mpegts_udp
