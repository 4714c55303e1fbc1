// Counters of DASH, over all streams and loops.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace eyas::dash {

// Thread-safe.
struct Statistics {
  using Counter = std::atomic<uint64_t>;

  Counter manifests{0};
  Counter growing_segments{0};  // answers that began before their segment was whole
  // Limits that were hit, each named as in Options.
  Counter limit_waiting{0};     // requests refused with 503
  Counter limit_hold{0};        // answered with 404, or cut short: what comes next did not come
  Counter limit_start_time{0};  // answered with 404: no media came
  Counter limit_viewers{0};     // requests of viewers who are not counted

  struct Named {
    const char* name;
    uint64_t value;
  };
  std::array<Named, 6> list() const {
    return {{{"manifests", manifests},
             {"growing_segments", growing_segments},
             {"limit_waiting", limit_waiting},
             {"limit_hold", limit_hold},
             {"limit_start_time", limit_start_time},
             {"limit_viewers", limit_viewers}}};
  }
};

}  // namespace eyas::dash
