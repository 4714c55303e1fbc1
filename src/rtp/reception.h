// Reception: how the packets of one SSRC arrive, for receiver reports [RFC 3550 6.4.1, A.3, A.8].
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"
#include "rtp/sequence.h"

namespace eyas::rtp {

// Counts the packets of the source itself: what a retransmission brought was lost all the same. Lives on its
// session's loop.
class Reception {
 public:
  explicit Reception(uint32_t clock_rate) : clock_rate_(clock_rate) {}

  void on_packet(const PacketView& packet, base::MonoTime now);
  void on_sender_report(const SenderReport& report, base::MonoTime now) {
    last_report_ = report.ntp;
    last_report_at_ = now;
  }
  bool active() const { return received_ > 0; }
  // Closes the interval since the last block.
  ReportBlock block(uint32_t ssrc, base::MonoTime now);

 private:
  uint32_t clock_rate_;
  SequenceUnwrapper unwrapper_;
  int64_t first_ = 0;
  int64_t highest_ = 0;
  int64_t received_ = 0;
  int64_t expected_before_ = 0;
  int64_t received_before_ = 0;
  std::optional<uint32_t> last_timestamp_;
  int64_t last_transit_ = 0;  // in ticks
  double jitter_ = 0;         // in ticks
  NtpTime last_report_;
  base::MonoTime last_report_at_;
};

}  // namespace eyas::rtp
