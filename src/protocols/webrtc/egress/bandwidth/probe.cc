#include "protocols/webrtc/egress/bandwidth/probe.h"

#include <algorithm>

namespace eyas::webrtc {
namespace {

// A path that keeps up delivers as fast as was sent, but for jitter; one that does not is taken at its word,
// less a margin that lets its queue drain.
constexpr double kKeptUp = 0.9;
constexpr double kMargin = 0.95;
constexpr double kReceivedMin = 0.8;

uint64_t bits_per_second(size_t bytes, base::Duration span) {
  // A run that came out of one queue at once would seem infinitely fast.
  auto nanoseconds = std::max<int64_t>(span.count(), 1'000'000);
  return static_cast<uint64_t>(bytes) * 8 * 1'000'000'000 / static_cast<uint64_t>(nanoseconds);
}

}  // namespace

size_t Probe::bytes_for(uint64_t rate_bps) {
  return static_cast<size_t>(rate_bps / 8 * static_cast<uint64_t>(kSpan.count()) / 1'000'000'000);
}

base::MonoTime Probe::next_at() const {
  if (rate_bps_ == 0) return began_;
  return began_ + base::Duration(static_cast<int64_t>(bytes_sent_ * 8 * 1'000'000'000 / rate_bps_));
}

void Probe::on_sent(size_t bytes) {
  bytes_sent_ += bytes;
  ++packets_sent_;
}

void Probe::on_result(base::MonoTime sent, std::optional<base::Duration> arrival, size_t bytes) {
  ++reported_;
  if (!arrival) return;
  if (received_ == 0) {
    first_sent_ = last_sent_ = sent;
    first_arrival_ = last_arrival_ = *arrival;
    first_bytes_ = last_sent_bytes_ = bytes;
  }
  ++received_;
  bytes_received_ += bytes;
  if (sent >= last_sent_) last_sent_ = sent, last_sent_bytes_ = bytes;
  if (*arrival < first_arrival_) first_arrival_ = *arrival, first_bytes_ = bytes;
  last_arrival_ = std::max(last_arrival_, *arrival);
}

bool Probe::over(base::MonoTime now) const {
  return now - began_ > kSpan + kReportMax || (!sending() && reported_ >= packets_sent_);
}

std::optional<uint64_t> Probe::carried_bps() const {
  if (received_ < kPacketsMin - 1 || received_ < kReceivedMin * packets_sent_) return std::nullopt;
  // n packets span n - 1 gaps: the first to arrive and the last to leave stand outside.
  uint64_t sent = bits_per_second(bytes_received_ - last_sent_bytes_, last_sent_ - first_sent_);
  uint64_t received = bits_per_second(bytes_received_ - first_bytes_, last_arrival_ - first_arrival_);
  if (static_cast<double>(received) < kKeptUp * static_cast<double>(sent)) {
    return static_cast<uint64_t>(kMargin * static_cast<double>(received));
  }
  return std::min(sent, received);
}

}  // namespace eyas::webrtc
