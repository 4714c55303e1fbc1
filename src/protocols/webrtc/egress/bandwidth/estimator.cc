#include "protocols/webrtc/egress/bandwidth/estimator.h"

#include <algorithm>
#include <cmath>

namespace eyas::webrtc {
namespace {

using base::Duration;
using base::MonoTime;
using std::chrono::milliseconds;

constexpr double kBeta = 0.85;             // [draft-ietf-rmcat-gcc-02 5.5]
constexpr double kGrowthPerSecond = 1.08;  // [draft-ietf-rmcat-gcc-02 5.5] eta
constexpr double kStepDown = 0.9;          // at least, while congestion lasts
constexpr double kSilenceFactor = 0.5;
constexpr double kBeyondReceived = 1.5;  // [draft-ietf-rmcat-gcc-02 5.5]: at most 1.5 R_hat
constexpr double kLossHigh = 0.10;       // [draft-ietf-rmcat-gcc-02 6]
constexpr Duration kDecreaseInterval = milliseconds(300);
// A gradient without a queue is the beginning of a burst, or chance.
constexpr Duration kQueueMin = milliseconds(30);
constexpr Duration kStandingQueue = milliseconds(150);
constexpr Duration kLossWindow = milliseconds(500);
constexpr unsigned kLossPacketsMin = 20;
constexpr double kLossSmoothing = 0.25;

uint64_t scaled(uint64_t bps, double factor) {
  return static_cast<uint64_t>(static_cast<double>(bps) * factor);
}

}  // namespace

void BandwidthEstimator::on_feedback(std::span<const PacketResult> results, MonoTime now) {
  transport_wide_ = true;
  for (const PacketResult& result : results) {
    if (probe_ && result.probe == probe_->id()) probe_->on_result(result.sent, result.arrival, result.bytes);
    if (!result.arrival) continue;
    received_.add(*result.arrival, result.bytes);
    trend_.on_packet(result.sent, *result.arrival);
  }
  count_loss(results, now);
  if (trend_.signal() == PathSignal::kOveruse && trend_.queueing() > kQueueMin) {
    on_overuse(now);
  } else if (trend_.queueing() > kStandingQueue && trend_.signal() == PathSignal::kNormal) {
    on_standing_queue(now);
  } else if (trend_.signal() != PathSignal::kUnderuse) {
    increase(now);
  }
  if (probe_ && probe_->over(now)) end_probe(now);
}

void BandwidthEstimator::on_report(double fraction_lost, uint64_t sent_bps, MonoTime now) {
  if (transport_wide_) return;
  loss_ = fraction_lost;
  if (bps_ == 0 && fraction_lost > kLossHigh) bps_ = sent_bps;
  on_loss(fraction_lost, now);
  if (fraction_lost <= kLossHigh) increase(now);
}

void BandwidthEstimator::on_remb(uint64_t bps) {
  remb_bps_ = std::clamp(bps, limits_.bps_min, limits_.bps_max);
}

void BandwidthEstimator::on_silence(MonoTime now) {
  congested_at_ = now;
  if (auto carried = received_.peak_bits_per_second()) decrease_to(scaled(*carried, kSilenceFactor), now);
}

Probe* BandwidthEstimator::begin_probe(uint64_t bps, MonoTime now) {
  if (probe_ && !probe_->over(now)) return nullptr;
  probe_.emplace(next_probe_, std::min(bps, limits_.bps_max), now);
  next_probe_ = static_cast<uint8_t>(next_probe_ == 0xff ? 1 : next_probe_ + 1);
  return &*probe_;
}

uint64_t BandwidthEstimator::bps() const {
  uint64_t limit = limit_bps();
  return limit == 0 ? bps_ : limit;
}

uint64_t BandwidthEstimator::limit_bps() const {
  uint64_t own = congested_ ? bps_ : 0;
  // A viewer that sends transport-wide feedback knows less than we do.
  if (!remb_bps_ || transport_wide_) return own;
  return own == 0 ? *remb_bps_ : std::min(own, *remb_bps_);
}

bool BandwidthEstimator::congested_within(Duration span, MonoTime now) const {
  return congested_at_ && now - *congested_at_ < span;
}

void BandwidthEstimator::count_loss(std::span<const PacketResult> results, MonoTime now) {
  for (const PacketResult& result : results) {
    if (result.had_lost) {
      // It was only late.
      if (window_lost_ > 0) --window_lost_;
      continue;
    }
    ++window_sent_;
    if (!result.arrival) ++window_lost_;
  }
  if (!window_since_) window_since_ = now;
  if (now - *window_since_ < kLossWindow || window_sent_ < kLossPacketsMin) return;
  double loss = static_cast<double>(window_lost_) / window_sent_;
  loss_ += kLossSmoothing * (loss - loss_);
  window_since_ = now;
  window_sent_ = window_lost_ = 0;
  on_loss(loss, now);
}

// [draft-ietf-rmcat-gcc-02 6]: more than a tenth lost is congestion; less is how radio is.
void BandwidthEstimator::on_loss(double loss, MonoTime now) {
  if (loss <= kLossHigh || bps_ == 0) return;
  congested_at_ = now;
  uint64_t least = received_.peak_bits_per_second().value_or(bps_);
  decrease_to(std::min(bps_, std::max(scaled(bps_, 1 - 0.5 * loss), scaled(least, kBeta))), now);
}

// What comes out of a full path is what it carries. A server does not always have enough to fill it, so that
// not the mean counts but the fastest run; but where that proves too much, the limit falls all the same.
void BandwidthEstimator::on_overuse(MonoTime now) {
  congested_at_ = now;
  auto carried = received_.peak_bits_per_second();
  if (!carried) return;
  uint64_t limit = scaled(*carried, kBeta);
  decrease_to(congested_ ? std::min(limit, scaled(bps_, kStepDown)) : limit, now);
}

// A burst that came all at once has no gradient, but stands in a queue all the same.
void BandwidthEstimator::on_standing_queue(MonoTime now) {
  congested_at_ = now;
  if (auto carried = received_.peak_bits_per_second()) decrease_to(scaled(*carried, kBeta), now);
}

void BandwidthEstimator::decrease_to(uint64_t bps, MonoTime now) {
  congested_ = true;
  increased_at_ = now;
  if (decreased_at_ && now - *decreased_at_ < kDecreaseInterval) return;
  bps = std::max(bps, limits_.bps_min);
  if (bps_ != 0 && bps >= bps_) return;
  bps_ = bps;
  decreased_at_ = now;
}

void BandwidthEstimator::increase(MonoTime now) {
  Duration elapsed = increased_at_ ? now - *increased_at_ : Duration::zero();
  increased_at_ = now;
  auto received = received_.bits_per_second();
  if (bps_ == 0 || !congested_) {
    if (received) bps_ = std::clamp(scaled(*received, kBeyondReceived), bps_, limits_.bps_max);
    return;
  }
  double seconds = std::min(base::to_seconds(elapsed), 1.0);
  uint64_t grown = scaled(bps_, std::pow(kGrowthPerSecond, seconds));
  uint64_t ceiling = received ? std::max(bps_, scaled(*received, kBeyondReceived)) : limits_.bps_max;
  bps_ = std::min({grown, ceiling, limits_.bps_max});
}

void BandwidthEstimator::end_probe(MonoTime now) {
  auto carried = probe_->carried_bps();
  probe_.reset();
  if (!carried || *carried <= bps_) return;
  bps_ = std::min(*carried, limits_.bps_max);
  increased_at_ = now;
}

}  // namespace eyas::webrtc
