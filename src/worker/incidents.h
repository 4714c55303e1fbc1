// What workers did that they should not have, and how they were shut in: for metrics, over all of them.
#pragma once

#include <array>
#include <atomic>
#include <vector>

#include "base/metric.h"
#include "worker/trespass.h"

namespace eyas::worker {

// Thread-safe.
class Incidents {
 public:
  void count_exit() { ++exits_; }
  void count_trespass(CallClass what) { ++trespasses_[static_cast<size_t>(what)]; }
  // True the first time: that is when it is worth a line of the log.
  bool count_unconfined() { return unconfined_++ == 0; }

  std::vector<base::Metric> metrics() const;

 private:
  std::atomic<uint64_t> exits_{0};
  std::atomic<uint64_t> unconfined_{0};
  std::array<std::atomic<uint64_t>, kCallClasses> trespasses_{};
};

}  // namespace eyas::worker
