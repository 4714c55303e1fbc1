// DelayTrend: does the way to the viewer grow longer? [draft-ietf-rmcat-gcc-02 5], with the linear regression
// that implementations use in place of the Kalman filter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace eyas::webrtc {

enum class PathSignal : uint8_t { kNormal, kOveruse, kUnderuse };

// Lives on its session's loop.
class DelayTrend {
 public:
  // A packet that arrived, in the order of sending. `arrival` is on the viewer's clock.
  void on_packet(base::MonoTime sent, base::Duration arrival);

  PathSignal signal() const { return signal_; }
  // How much longer the newest packets were under way than the fastest of late: what stands in queues.
  base::Duration queueing() const { return queueing_; }

 private:
  // Packets that were sent in one burst count as one [draft-ietf-rmcat-gcc-02 5.2].
  struct Burst {
    base::MonoTime first_sent;
    base::MonoTime last_sent;
    base::Duration first_arrival;
    base::Duration last_arrival;
  };
  struct Point {
    float arrival_ms;
    float delay_ms;
  };
  static constexpr size_t kWindow = 20;

  bool belongs(base::MonoTime sent, base::Duration arrival) const;
  void on_burst(const Burst& before, const Burst& burst);
  std::optional<double> slope() const;
  void detect(double trend, double sent_delta_ms, base::Duration arrival);
  void adapt_threshold(double modified, base::Duration arrival);
  void note_queueing(base::MonoTime sent, base::Duration arrival);
  void reset();

  std::optional<Burst> current_;
  std::optional<Burst> previous_;
  std::array<Point, kWindow> points_{};
  size_t points_held_ = 0;
  size_t point_next_ = 0;
  unsigned deltas_ = 0;
  base::Duration first_arrival_{0};
  double accumulated_ms_ = 0;
  double smoothed_ms_ = 0;
  double threshold_ms_ = 12.5;
  std::optional<base::Duration> threshold_at_;
  double over_for_ms_ = 0;
  unsigned over_count_ = 0;
  double last_trend_ = 0;
  PathSignal signal_ = PathSignal::kNormal;

  // The least transit time (of two clocks, so only differences mean anything) of this span and the one
  // before.
  base::Duration least_now_ = base::Duration::max();
  base::Duration least_before_ = base::Duration::max();
  base::MonoTime least_since_;
  base::Duration queueing_{0};
};

}  // namespace eyas::webrtc
