// RateMeter: units and bytes a second over the last few seconds, by arrival.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.h"

namespace eyas::hub {

// Lives on its stream's loop.
class RateMeter {
 public:
  void add(base::MonoTime now, size_t bytes) {
    roll(now);
    cells_[second(now) % kCells].units += 1;
    cells_[second(now) % kCells].bytes += bytes;
  }
  // Averages over whole seconds before `now`; zero until one is over.
  double units_per_second(base::MonoTime now) { return average(now).units; }
  double bits_per_second(base::MonoTime now) { return average(now).bytes * 8; }

 private:
  static constexpr int64_t kCells = 5;
  struct Cell {
    uint64_t units = 0;
    uint64_t bytes = 0;
  };
  struct Average {
    double units = 0;
    double bytes = 0;
  };

  static int64_t second(base::MonoTime now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  }
  void roll(base::MonoTime now) {
    if (first_ == 0) first_ = last_ = second(now);
    for (int64_t next = std::max(last_ + 1, second(now) - kCells + 1); next <= second(now); ++next) {
      cells_[next % kCells] = {};
    }
    last_ = std::max(last_, second(now));
  }
  Average average(base::MonoTime now) {
    if (first_ == 0) return {};
    roll(now);
    // The first second is only a part of one, and the present one is not over.
    int64_t from = std::max(first_ + 1, last_ - kCells + 1);
    Average sum;
    if (from >= last_) return sum;
    for (int64_t s = from; s < last_; ++s) {
      sum.units += static_cast<double>(cells_[s % kCells].units);
      sum.bytes += static_cast<double>(cells_[s % kCells].bytes);
    }
    auto seconds = static_cast<double>(last_ - from);
    return {sum.units / seconds, sum.bytes / seconds};
  }

  std::array<Cell, kCells> cells_{};
  int64_t first_ = 0;
  int64_t last_ = 0;
};

}  // namespace eyas::hub
