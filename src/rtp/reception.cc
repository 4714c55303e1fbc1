#include "rtp/reception.h"

#include <algorithm>
#include <cmath>

namespace eyas::rtp {
namespace {

constexpr double kJitterGain = 1.0 / 16;
// A sender that starts again far away is counted anew.
constexpr int64_t kRestart = 3000;

}  // namespace

void Reception::on_packet(const PacketView& packet, base::MonoTime now) {
  int64_t sequence = unwrapper_.peek(packet.sequence);
  if (received_ == 0 || std::abs(sequence - highest_) > kRestart) {
    first_ = highest_ = sequence;
    received_ = expected_before_ = received_before_ = 0;
    last_timestamp_.reset();
  }
  ++received_;
  if (sequence < highest_) return;
  highest_ = unwrapper_.unwrap(packet.sequence);
  // Packets of one picture leave in a burst, which says nothing of the path.
  if (last_timestamp_ == packet.timestamp) return;
  auto seconds = base::to_seconds(now.time_since_epoch());
  int64_t arrival = std::llround(seconds * clock_rate_);
  int64_t transit = arrival - packet.timestamp;
  if (last_timestamp_) {
    // Round the timestamp's circle.
    auto difference = static_cast<int32_t>(static_cast<uint32_t>(transit - last_transit_));
    jitter_ += (std::abs(static_cast<double>(difference)) - jitter_) * kJitterGain;
  }
  last_transit_ = transit;
  last_timestamp_ = packet.timestamp;
}

ReportBlock Reception::block(uint32_t ssrc, base::MonoTime now) {
  int64_t expected = highest_ - first_ + 1;
  int64_t expected_now = expected - expected_before_;
  int64_t lost_now = expected_now - (received_ - received_before_);
  expected_before_ = expected;
  received_before_ = received_;
  ReportBlock block;
  block.ssrc = ssrc;
  if (expected_now > 0 && lost_now > 0)
    block.fraction_lost = static_cast<uint8_t>(std::min<int64_t>(lost_now * 256 / expected_now, 255));
  block.cumulative_lost =
      static_cast<int32_t>(std::clamp<int64_t>(expected - received_, INT32_MIN, INT32_MAX));
  block.highest_sequence = static_cast<uint32_t>(highest_);
  block.jitter = static_cast<uint32_t>(jitter_);
  if (last_report_.fixed != 0) {
    block.last_sr = last_report_.middle();
    block.delay_since_last_sr = to_short_ntp(now - last_report_at_);
  }
  return block;
}

}  // namespace eyas::rtp
