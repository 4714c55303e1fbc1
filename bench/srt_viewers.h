// Viewers of SRT, by libsrt: they take what comes and count it.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "bench/connect.h"

namespace eyas::bench {

struct SrtLoad {
  uint64_t bytes = 0;    // of transport packets
  uint64_t packets = 0;  // of SRT, with those that came again
  uint64_t lost = 0;     // of them, on the way; sent again
  int closed = 0;
};

// Takes what is there every 10 ms, on a thread of its own. All have one UDP port, and so one thread of
// libsrt.
class SrtViewers {
 public:
  // Connects them one after the other, target.port being the server's for SRT. Exits with a message when
  // one is turned away.
  SrtViewers(const Target& target, int count);
  ~SrtViewers();
  // Lets them watch for so long; what came in that time.
  SrtLoad watch(double seconds);

 private:
  void drain();
  SrtLoad totals() const;

  std::vector<int> sockets_;
  std::atomic<uint64_t> bytes_{0};
  std::atomic<int> closed_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace eyas::bench
