#include "protocols/webrtc/egress/bandwidth/sent_packets.h"

#include <algorithm>

namespace eyas::webrtc {
namespace {

uint32_t microseconds(base::MonoTime time) {
  return static_cast<uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

}  // namespace

void SentPackets::add(base::MonoTime now, size_t bytes, uint8_t probe, std::optional<uint16_t> repairs_as) {
  newest_sent_ = now;
  if (static_cast<size_t>(next_ - base_) == slots_.size()) {
    forget_old(now);
    if (static_cast<size_t>(next_ - base_) == slots_.size()) grow();
  }
  auto size = static_cast<uint16_t>(std::min<size_t>(bytes, 0xffff));
  slot(next_) = {microseconds(now), size, repairs_as.value_or(0), probe, repairs_as.has_value(),
                 State::kInFlight};
  ++next_;
}

std::vector<uint16_t> SentPackets::take(const rtp::TransportFeedback& feedback, base::MonoTime now,
                                        std::vector<PacketResult>& out) {
  // The number nearest to the newest one sent: nobody can tell of what has not left.
  int64_t number = next_ - 1 + rtp::distance(static_cast<uint16_t>(next_ - 1), feedback.base_sequence);
  std::vector<uint16_t> skipped = skipped_before(std::min(number, next_));
  for (const std::optional<base::Duration>& arrival : feedback.arrivals) {
    int64_t current = number++;
    if (current < base_ || current >= next_) continue;
    Slot& sent = slot(current);
    if (sent.state == State::kReceived || (sent.state == State::kLost && !arrival)) continue;
    std::optional<uint16_t> repairs_as;
    if (sent.repairable) repairs_as = sent.repairs_as;
    out.push_back({sent_at(sent), arrival, sent.bytes, sent.probe, repairs_as, sent.state == State::kLost});
    sent.state = arrival ? State::kReceived : State::kLost;
    reported_ = std::max(reported_, current);
  }
  forget_old(now);
  return skipped;
}

std::vector<uint16_t> SentPackets::skipped_before(int64_t number) const {
  std::vector<uint16_t> skipped;
  if (reported_ < 0) return skipped;
  for (int64_t i = std::max(base_, reported_ + 1); i < number; ++i) {
    if (slot(i).state == State::kInFlight && slot(i).repairable) skipped.push_back(slot(i).repairs_as);
  }
  return skipped;
}

std::optional<base::MonoTime> SentPackets::oldest_unreported() const {
  for (int64_t i = std::max(base_, reported_ + 1); i < next_; ++i) {
    if (slot(i).state == State::kInFlight) return sent_at(slot(i));
  }
  return std::nullopt;
}

base::MonoTime SentPackets::sent_at(const Slot& slot) const {
  return newest_sent_ - std::chrono::microseconds(microseconds(newest_sent_) - slot.sent_us);
}

void SentPackets::grow() {
  size_t capacity = slots_.empty() ? kCapacityMin : slots_.size() * 2;
  if (capacity > kCapacityMax) {
    ++base_;
    return;
  }
  std::vector<Slot> larger(capacity);
  for (int64_t i = base_; i < next_; ++i) larger[static_cast<size_t>(i) & (capacity - 1)] = slot(i);
  slots_ = std::move(larger);
}

void SentPackets::forget_old(base::MonoTime now) {
  while (base_ < next_) {
    const Slot& oldest = slot(base_);
    // What no feedback speaks of (it was lost itself) goes with its neighbours.
    base::Duration wait = base_ > reported_ ? kUnheardMax : kLateMax;
    if (oldest.state != State::kReceived && now - sent_at(oldest) < wait) return;
    ++base_;
  }
}

}  // namespace eyas::webrtc
