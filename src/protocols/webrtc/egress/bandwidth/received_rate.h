// ReceivedRate: what the viewer got lately, in bits per second, from the arrival times that it reports.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace eyas::webrtc {

// A sliding window of kSteps, on the viewer's clock. Lives on its session's loop.
class ReceivedRate {
 public:
  static constexpr base::Duration kStep = std::chrono::milliseconds(50);
  static constexpr size_t kSteps = 10;
  static constexpr size_t kPeakSteps = 7;

  void add(base::Duration arrival, size_t bytes) {
    int64_t step = arrival / kStep;
    if (!newest_ || step < *newest_ - static_cast<int64_t>(kSteps) * 4) begin(step);
    if (step > *newest_ + static_cast<int64_t>(kSteps)) begin(step);
    while (*newest_ < step) {
      bytes_[static_cast<size_t>(++*newest_) % kSteps] = 0;
      if (held_ < kSteps) ++held_;
    }
    if (*newest_ - step < static_cast<int64_t>(kSteps)) bytes_[static_cast<size_t>(step) % kSteps] += bytes;
  }

  // The fastest that two steps in a row came in lately: what a full path carries, where the mean also counts
  // the time that nothing was sent. nullopt until there are two.
  std::optional<uint64_t> peak_bits_per_second() const {
    if (held_ < 3) return std::nullopt;
    uint64_t peak = 0;
    for (size_t i = 1; i + 1 < std::min(held_, kPeakSteps); ++i) {
      peak = std::max<uint64_t>(peak, uint64_t{bytes_at(i)} + bytes_at(i + 1));
    }
    return peak * 8 * 1'000'000'000 / static_cast<uint64_t>((2 * kStep).count());
  }

  // nullopt until the window is half full. The newest step is still filling and does not count.
  std::optional<uint64_t> bits_per_second() const {
    if (held_ <= kSteps / 2) return std::nullopt;
    uint64_t sum = 0;
    for (size_t i = 1; i < held_; ++i) sum += bytes_at(i);
    return sum * 8 * 1'000'000'000 / static_cast<uint64_t>((kStep * (held_ - 1)).count());
  }

 private:
  uint32_t bytes_at(size_t steps_ago) const {
    return bytes_[static_cast<size_t>(*newest_ - static_cast<int64_t>(steps_ago)) % kSteps];
  }
  void begin(int64_t step) {
    bytes_.fill(0);
    newest_ = step;
    held_ = 1;
  }

  std::array<uint32_t, kSteps> bytes_{};
  std::optional<int64_t> newest_;
  size_t held_ = 0;
};

}  // namespace eyas::webrtc
