// ReceivedRate: what the viewer got lately, in bits per second, from the arrival times that it reports.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace eyas::webrtc {

// A sliding window of kSpan in steps of kStep, on the viewer's clock. Lives on its session's loop.
class ReceivedRate {
 public:
  static constexpr base::Duration kStep = std::chrono::milliseconds(50);
  static constexpr size_t kSteps = 10;
  static constexpr base::Duration kSpan = kStep * kSteps;

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

  // nullopt until the window is half full. The newest step is still filling and does not count.
  std::optional<uint64_t> bits_per_second() const {
    if (held_ <= kSteps / 2) return std::nullopt;
    uint64_t sum = 0;
    for (size_t i = 1; i < held_; ++i) sum += bytes_[static_cast<size_t>(*newest_ - i) % kSteps];
    return sum * 8 * 1'000'000'000 / static_cast<uint64_t>((kStep * (held_ - 1)).count());
  }

 private:
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
