// Counters of HLS, over all streams and loops.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace eyas::hls {

// Thread-safe.
struct Statistics {
  using Counter = std::atomic<uint64_t>;

  Counter streams_packaged{0};  // times that packaging of a stream began
  Counter silent_frames{0};     // of audio that had stopped
  // Limits that were hit, each named as in Options.
  Counter limit_blocked{0};       // requests refused with 503
  Counter limit_block_time{0};    // answered with what there was
  Counter limit_start_time{0};    // answered with 404: no media came
  Counter limit_viewers{0};       // requests of viewers who are not counted
  Counter limit_window_bytes{0};  // segments dropped early
  Counter limit_events{0};        // messages of data that were left out

  struct Named {
    const char* name;
    uint64_t value;
  };
  std::array<Named, 8> list() const {
    return {{{"streams_packaged", streams_packaged},
             {"silent_frames", silent_frames},
             {"limit_blocked", limit_blocked},
             {"limit_block_time", limit_block_time},
             {"limit_start_time", limit_start_time},
             {"limit_viewers", limit_viewers},
             {"limit_window_bytes", limit_window_bytes},
             {"limit_events", limit_events}}};
  }
};

}  // namespace eyas::hls
