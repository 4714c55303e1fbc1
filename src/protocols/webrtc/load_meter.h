// LoadMeter: whether a loop has room for further sessions.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace eyas::webrtc {

// Fed on its loop about once a second; busy() is thread-safe.
class LoadMeter {
 public:
  // `cpu`: time that the loop's thread has used so far; `dropped`: datagrams that the kernel did not take so
  // far. Viewers that are being thinned already are the surest sign.
  void measure(base::MonoTime now, base::Duration cpu, uint64_t dropped, uint32_t busy_percent_max) {
    if (measured_ != base::MonoTime{} && now > measured_) {
      double share = 100.0 * base::to_seconds(cpu - cpu_) / base::to_seconds(now - measured_);
      // Smoothed over two measurements: one burst of newcomers is not saturation.
      percent_ = (percent_ + share) / 2;
      bool over = busy_percent_max < 100 && percent_ > busy_percent_max;
      busy_.store(over || dropped > dropped_, std::memory_order_relaxed);
    }
    measured_ = now;
    cpu_ = cpu;
    dropped_ = dropped;
  }
  bool busy() const { return busy_.load(std::memory_order_relaxed); }
  double percent() const { return percent_; }

 private:
  base::MonoTime measured_{};
  base::Duration cpu_{0};
  uint64_t dropped_ = 0;
  double percent_ = 0;
  std::atomic<bool> busy_{false};
};

}  // namespace eyas::webrtc
