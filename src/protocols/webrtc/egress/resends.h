// Resends: what was sent again lately, so that NACKs that crossed with it on the way cost nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace eyas::webrtc {

// Also knows whether this viewer asks for what is lost, or for what is only late: some ask at the first gap.
// By sequence number, the newest of each kSlots-th; no memory before the first NACK. Lives on its session's
// loop.
class Resends {
 public:
  static constexpr size_t kSlots = 512;

  enum class Why : uint8_t { kAsked, kUnheard };  // by a NACK or its feedback; its feedback was lost itself

  // How often to send this packet now: 0 when it was sent less than a round trip ago, 1 for the first time, 2
  // when it must have been lost again: a third loss would be a freeze.
  unsigned copies(uint16_t sequence, base::Duration round_trip, base::MonoTime now, Why why) {
    if (slots_.empty()) slots_.resize(kSlots);
    Slot& slot = slots_[sequence % kSlots];
    auto now_ms = static_cast<uint32_t>(base::to_ms(now.time_since_epoch()));
    // Receivers repeat a NACK after the round trip that they know: ours may be a little longer.
    auto least = static_cast<uint32_t>(base::to_ms(round_trip - round_trip / 8));
    bool again = slot.used && slot.sequence == sequence && now_ms - slot.at_ms < kForgetMs;
    if (again && now_ms - slot.at_ms < least) return 0;
    slot = {now_ms, sequence, true};
    if (!again && why == Why::kAsked) count(asked_);
    return again ? 2 : 1;
  }
  // Transport-wide feedback told that a packet has not come.
  void on_reported_lost() { count(lost_); }
  // What is asked for was mostly lost.
  bool asks_for_losses() const { return asked_ <= 2 * lost_; }

 private:
  static constexpr uint32_t kForgetMs = 2000;  // the same number then is another packet, or long given up
  struct Slot {
    uint32_t at_ms = 0;
    uint16_t sequence = 0;
    bool used = false;
  };

  static constexpr unsigned kRemembered = 128;
  void count(unsigned& counter) {
    if (++counter <= kRemembered) return;
    asked_ /= 2;
    lost_ /= 2;
  }

  std::vector<Slot> slots_;
  unsigned asked_ = 0;
  unsigned lost_ = 0;
};

}  // namespace eyas::webrtc
