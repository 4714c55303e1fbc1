#include "protocols/webrtc/egress/bandwidth/delay_trend.h"

#include <algorithm>
#include <cmath>

namespace eyas::webrtc {
namespace {

using base::Duration;
using std::chrono::milliseconds;

constexpr Duration kBurst = milliseconds(5);         // [draft-ietf-rmcat-gcc-02 5.2] burst_time
constexpr Duration kBurstMax = milliseconds(100);    // a burst held up on the way is not stretched further
constexpr Duration kClockJump = milliseconds(3000);  // the viewer's clock, or the path, began anew
constexpr double kSmoothing = 0.9;
constexpr double kGain = 4.0;
constexpr unsigned kDeltasMax = 60;
constexpr double kOveruseTimeMs = 10;  // [draft-ietf-rmcat-gcc-02 5.4] overuse_time_th
// [draft-ietf-rmcat-gcc-02 5.4] K_u and K_d, for a gradient that is scaled by kGain and the deltas.
constexpr double kThresholdUp = 0.0087;
constexpr double kThresholdDown = 0.039;
constexpr double kThresholdMinMs = 6;
constexpr double kThresholdMaxMs = 600;
constexpr double kThresholdOutlierMs = 15;
constexpr Duration kLeastSpan = std::chrono::seconds(15);

double in_ms(Duration d) {
  return static_cast<double>(d.count()) / 1e6;
}

}  // namespace

void DelayTrend::on_packet(base::MonoTime sent, Duration arrival) {
  note_queueing(sent, arrival);
  if (!current_) {
    current_ = Burst{sent, sent, arrival, arrival};
    return;
  }
  if (sent < current_->first_sent) return;  // of an older burst, reported late
  if (arrival - current_->last_arrival > kClockJump || current_->last_arrival - arrival > kClockJump) {
    reset();
    current_ = Burst{sent, sent, arrival, arrival};
    return;
  }
  if (belongs(sent, arrival)) {
    current_->last_sent = std::max(current_->last_sent, sent);
    current_->last_arrival = std::max(current_->last_arrival, arrival);
    return;
  }
  if (previous_) on_burst(*previous_, *current_);
  previous_ = current_;
  current_ = Burst{sent, sent, arrival, arrival};
}

// Sent together, or held up together and let go at once [draft-ietf-rmcat-gcc-02 5.2].
bool DelayTrend::belongs(base::MonoTime sent, Duration arrival) const {
  Duration sent_delta = sent - current_->last_sent;
  if (sent - current_->first_sent <= kBurst) return true;
  Duration arrival_delta = arrival - current_->last_arrival;
  return arrival_delta - sent_delta < Duration::zero() && arrival_delta <= kBurst &&
         arrival - current_->first_arrival < kBurstMax;
}

void DelayTrend::on_burst(const Burst& before, const Burst& burst) {
  double sent_delta = in_ms(burst.last_sent - before.last_sent);
  double arrival_delta = in_ms(burst.last_arrival - before.last_arrival);
  if (arrival_delta < 0) return;  // overtaken on the way: says nothing of queues
  deltas_ = std::min(deltas_ + 1, kDeltasMax);
  if (deltas_ == 1) first_arrival_ = burst.last_arrival;
  accumulated_ms_ += arrival_delta - sent_delta;
  smoothed_ms_ = kSmoothing * smoothed_ms_ + (1 - kSmoothing) * accumulated_ms_;
  points_[point_next_] = {static_cast<float>(in_ms(burst.last_arrival - first_arrival_)),
                          static_cast<float>(smoothed_ms_)};
  point_next_ = (point_next_ + 1) % kWindow;
  points_held_ = std::min(points_held_ + 1, kWindow);
  double trend = last_trend_;
  if (points_held_ == kWindow) trend = slope().value_or(last_trend_);
  detect(trend, sent_delta, burst.last_arrival);
}

// Least squares: delay over arrival time.
std::optional<double> DelayTrend::slope() const {
  double sum_x = 0;
  double sum_y = 0;
  for (const Point& p : points_) sum_x += p.arrival_ms, sum_y += p.delay_ms;
  double mean_x = sum_x / kWindow;
  double mean_y = sum_y / kWindow;
  double numerator = 0;
  double denominator = 0;
  for (const Point& p : points_) {
    numerator += (p.arrival_ms - mean_x) * (p.delay_ms - mean_y);
    denominator += (p.arrival_ms - mean_x) * (p.arrival_ms - mean_x);
  }
  if (denominator == 0) return std::nullopt;
  return numerator / denominator;
}

void DelayTrend::detect(double trend, double sent_delta_ms, Duration arrival) {
  double modified = deltas_ * trend * kGain;
  if (modified > threshold_ms_) {
    over_for_ms_ += over_count_ == 0 ? sent_delta_ms / 2 : sent_delta_ms;
    ++over_count_;
    if (over_for_ms_ > kOveruseTimeMs && over_count_ > 1 && trend >= last_trend_) {
      signal_ = PathSignal::kOveruse;
      over_for_ms_ = 0;
      over_count_ = 0;
    }
  } else {
    over_for_ms_ = 0;
    over_count_ = 0;
    signal_ = modified < -threshold_ms_ ? PathSignal::kUnderuse : PathSignal::kNormal;
  }
  last_trend_ = trend;
  adapt_threshold(modified, arrival);
}

// [draft-ietf-rmcat-gcc-02 5.4]: adaptive, so that flows that fill their queues do not starve this one.
void DelayTrend::adapt_threshold(double modified, Duration arrival) {
  if (!threshold_at_) threshold_at_ = arrival;
  double elapsed_ms = std::clamp(in_ms(arrival - *threshold_at_), 0.0, 100.0);
  threshold_at_ = arrival;
  double size = std::abs(modified);
  if (size > threshold_ms_ + kThresholdOutlierMs) return;
  double k = size < threshold_ms_ ? kThresholdDown : kThresholdUp;
  threshold_ms_ =
      std::clamp(threshold_ms_ + k * (size - threshold_ms_) * elapsed_ms, kThresholdMinMs, kThresholdMaxMs);
}

void DelayTrend::note_queueing(base::MonoTime sent, Duration arrival) {
  Duration transit = arrival - sent.time_since_epoch();
  if (least_now_ == Duration::max() || sent - least_since_ > kLeastSpan) {
    least_before_ = least_now_;
    least_now_ = transit;
    least_since_ = sent;
  }
  least_now_ = std::min(least_now_, transit);
  queueing_ = transit - std::min(least_now_, least_before_);
}

void DelayTrend::reset() {
  *this = DelayTrend();
}

}  // namespace eyas::webrtc
