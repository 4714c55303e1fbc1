// Counters of pulls, over all loops.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace eyas::hls {

// Thread-safe.
struct PullStatistics {
  std::atomic<uint64_t> pulls{0};
  std::atomic<uint64_t> pulls_open{0};
  std::atomic<uint64_t> pulls_failed{0};  // ended otherwise than by the stream's end
  std::atomic<uint64_t> limit_pull{0};    // ended by a limit; the log says which

  struct Named {
    const char* name;
    uint64_t value;
  };
  std::array<Named, 4> list() const {
    return {{{"pulls", pulls},
             {"pulls_open", pulls_open},
             {"pulls_failed", pulls_failed},
             {"limit_pull", limit_pull}}};
  }
};

}  // namespace eyas::hls
