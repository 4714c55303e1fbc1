// ReceiveRate: what REMB tells a sender that knows no transport-wide feedback: how much it may send.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace eyas::webrtc {

// By loss alone, as such senders do themselves: little loss lets the rate grow, much lowers it below what
// came through. Lives on its session's loop.
class ReceiveRate {
 public:
  ReceiveRate(uint64_t min_bps, uint64_t max_bps)
      : min_bps_(min_bps), max_bps_(max_bps), rate_bps_(max_bps) {}

  void on_packet(size_t bytes) { bytes_ += bytes; }
  // Ends an interval in which so much of what was sent was lost (1/256). Gives the rate to ask for.
  uint64_t update(uint8_t fraction_lost, base::MonoTime now) {
    double seconds = base::to_seconds(now - since_);
    uint64_t received_bps =
        seconds > 0 ? static_cast<uint64_t>(static_cast<double>(bytes_) * 8 / seconds) : 0;
    if (fraction_lost > kMuch) {
      rate_bps_ = std::min(rate_bps_, received_bps * 9 / 10);
    } else if (fraction_lost < kLittle) {
      rate_bps_ += rate_bps_ / 12;
    }
    rate_bps_ = std::clamp(rate_bps_, min_bps_, max_bps_);
    bytes_ = 0;
    since_ = now;
    return rate_bps_;
  }

 private:
  static constexpr uint8_t kMuch = 256 / 10;
  static constexpr uint8_t kLittle = 256 / 50;

  uint64_t min_bps_;
  uint64_t max_bps_;
  uint64_t rate_bps_;
  uint64_t bytes_ = 0;
  base::MonoTime since_;
};

}  // namespace eyas::webrtc
