// BandwidthEstimator: what the path to one viewer carries, from what the viewer reports.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "protocols/webrtc/egress/bandwidth/delay_trend.h"
#include "protocols/webrtc/egress/bandwidth/probe.h"
#include "protocols/webrtc/egress/bandwidth/received_rate.h"
#include "protocols/webrtc/egress/bandwidth/sent_packets.h"

namespace eyas::webrtc {

struct EstimatorLimits {
  uint64_t bps_min = 100'000;
  uint64_t bps_max = 1'000'000'000;
};

// Delay gradient and loss, after [draft-ietf-rmcat-gcc-02]. It differs where a server differs from an
// encoder: a stream's rate is not ours to choose, so that the estimate begins unknown (nothing is held back
// from a path that shows no sign of congestion), and what it can grow to without evidence is bounded by what
// was received. Lives on its session's loop.
class BandwidthEstimator {
 public:
  explicit BandwidthEstimator(EstimatorLimits limits = {}) : limits_(limits) {}

  // What a transport-wide feedback packet told, in the order of sending.
  void on_feedback(std::span<const PacketResult> results, base::MonoTime now);
  // Loss of a report block, 0 to 1: counts only for a viewer that sends no transport-wide feedback.
  void on_report(double fraction_lost, uint64_t sent_bps, base::MonoTime now);
  // The viewer's own estimate [draft-alvestrand-rmcat-remb]: an upper bound.
  void on_remb(uint64_t bps);
  // Nothing was heard for so long that what is under way must be taken for queued.
  void on_silence(base::MonoTime now);

  // Starts a probe at `bps` unless one is running. The caller sends its packets.
  Probe* begin_probe(uint64_t bps, base::MonoTime now);
  Probe* sending_probe() { return probe_ && probe_->sending() ? &*probe_ : nullptr; }
  const Probe* sending_probe() const { return probe_ && probe_->sending() ? &*probe_ : nullptr; }
  void cancel_probe() { probe_.reset(); }

  // For people: what the path was seen to carry, and room to grow. 0: unknown.
  uint64_t bps() const;
  // What must not be exceeded. 0: unknown, the path showed no congestion and nothing is held back.
  uint64_t limit_bps() const;
  // Lets go of a limit that experience no longer supports.
  void forget_congestion() { congested_ = false; }
  bool has_feedback() const { return transport_wide_; }
  // The path was congested within the last `span`.
  bool congested_within(base::Duration span, base::MonoTime now) const;
  base::Duration queueing() const { return trend_.queueing(); }
  // The share of packets that do not arrive, over the last seconds.
  double loss() const { return loss_; }
  std::optional<uint64_t> received_bps() const { return received_.bits_per_second(); }

 private:
  void count_loss(std::span<const PacketResult> results, base::MonoTime now);
  void on_loss(double loss, base::MonoTime now);
  void on_overuse(base::MonoTime now);
  void on_standing_queue(base::MonoTime now);
  void decrease_to(uint64_t bps, base::MonoTime now);
  void increase(base::MonoTime now);
  void end_probe(base::MonoTime now);

  EstimatorLimits limits_;
  DelayTrend trend_;
  ReceivedRate received_;
  std::optional<Probe> probe_;
  uint8_t next_probe_ = 1;

  uint64_t bps_ = 0;
  bool transport_wide_ = false;  // this viewer sends feedback
  bool congested_ = false;       // there was congestion, and its limit stands
  std::optional<uint64_t> remb_bps_;
  std::optional<base::MonoTime> congested_at_;  // when it showed last
  std::optional<base::MonoTime> decreased_at_;
  std::optional<base::MonoTime> increased_at_;

  double loss_ = 0;
  unsigned window_sent_ = 0;
  unsigned window_lost_ = 0;
  std::optional<base::MonoTime> window_since_;
};

}  // namespace eyas::webrtc
