// Devices: cameras of this machine and test pictures as pulls. The only header of this folder that others
// include.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

namespace eyas::protocols {
class Protocol;
}

namespace eyas::devices {

constexpr const char* kName = "device";

// Counters of all loops. Thread-safe.
struct Statistics {
  std::atomic<uint64_t> pulls{0};
  std::atomic<uint64_t> pulls_open{0};  // now
  std::atomic<uint64_t> pulls_failed{0};
  std::atomic<uint64_t> frames{0};
  std::atomic<uint64_t> frames_bad{0};  // of a worker's, which no stream can bear

  struct Named {
    const char* name;
    uint64_t value;
  };
  // Every counter with its name, for the metrics.
  std::array<Named, 5> list() const {
    return {{{"pulls", pulls},
             {"pulls_open", pulls_open},
             {"pulls_failed", pulls_failed},
             {"frames", frames},
             {"frames_bad", frames_bad}}};
  }
};

// What the server's table of protocols holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::devices
