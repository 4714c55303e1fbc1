#include "protocols/webrtc/egress/pacer.h"

#include <algorithm>
#include <utility>

namespace eyas::webrtc {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr uint64_t kFullBpsMin = 50'000;

}  // namespace

void Pacer::set_path(uint64_t limit_bps, bool full) {
  limit_bps_ = limit_bps;
  full_ = full;
  budget_ = std::min(budget_, burst());
}

void Pacer::push(Entry entry) {
  bytes_ += entry.unit->payload.size();
  queue_.push_back(std::move(entry));
}

void Pacer::pop() {
  bytes_ -= queue_.front().unit->payload.size();
  queue_.pop_front();
}

Pacer::Dropped Pacer::drop_before(base::MonoTime oldest) {
  size_t first = !queue_.empty() && queue_.front().next_packet > 0 ? 1 : 0;
  if (queue_.size() <= first || queue_[first].since >= oldest) return {};
  auto begin = queue_.begin() + static_cast<std::ptrdiff_t>(first);
  auto keep =
      std::find_if(begin, queue_.end(), [&](const Entry& e) { return e.unit->key && e.since >= oldest; });
  Dropped dropped{static_cast<size_t>(keep - begin), keep == queue_.end()};
  for (auto it = begin; it != keep; ++it) bytes_ -= it->unit->payload.size();
  queue_.erase(begin, keep);
  return dropped;
}

bool Pacer::may_send(base::MonoTime now) {
  refill(now);
  return budget_ > 0;
}

base::MonoTime Pacer::next_at() const {
  // Not for single packets: as many as a step brings.
  auto step = std::max<int64_t>(1200, static_cast<int64_t>(rate_bps()) / 8 * kStep.count() / kSecond);
  int64_t wanted = full_ ? 1 : std::min<int64_t>(step, static_cast<int64_t>(bytes_));
  int64_t missing = std::max<int64_t>(wanted - budget_, 0);
  auto wait = base::Duration(missing * 8 * kSecond / static_cast<int64_t>(rate_bps()));
  return refilled_at_ + std::max(wait, kStep);
}

uint64_t Pacer::rate_bps() const {
  if (full_) return std::max(limit_bps_, kFullBpsMin);
  if (limit_bps_ != 0) return static_cast<uint64_t>(kLimitFactor * static_cast<double>(limit_bps_));
  if (queue_.empty()) return kUnknownBps;
  uint64_t frame_bits = queue_.front().unit->payload.size() * 8;
  return std::max(kUnknownBps, frame_bits * kSecond / static_cast<uint64_t>(kSpreadMax.count()));
}

void Pacer::refill(base::MonoTime now) {
  base::Duration elapsed = std::clamp(now - refilled_at_, base::Duration::zero(), base::Duration(kSecond));
  refilled_at_ = std::max(refilled_at_, now);
  double bytes_per_second = static_cast<double>(rate_bps()) / 8;
  auto gained = static_cast<int64_t>(bytes_per_second * base::to_seconds(elapsed));
  // Timers may come late: what two steps bring is not lost.
  auto steps = static_cast<int64_t>(bytes_per_second * base::to_seconds(2 * kStep));
  budget_ = std::min(budget_ + gained, std::max(burst(), steps));
}

}  // namespace eyas::webrtc
