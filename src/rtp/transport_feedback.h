// Transport-wide congestion control feedback: when each packet of a transport arrived
// [draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1].
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rtp/sequence.h"

namespace eyas::rtp {

constexpr size_t kFeedbackPacketsMax = 8192;  // statuses taken from one feedback packet

struct TransportFeedback {
  uint32_t sender_ssrc = 0;
  uint32_t media_ssrc = 0;
  uint16_t base_sequence = 0;
  uint8_t feedback_count = 0;
  // One per sequence number from base_sequence on: when it arrived on the receiver's own clock (steps of
  // 250 us; wraps after 2^24 x 64 ms), or nullopt when it did not.
  std::vector<std::optional<base::Duration>> arrivals;
};

// `packet` is one whole RTCP packet, padding included. Errors: kMalformed, kLimit.
base::Result<TransportFeedback> parse_transport_feedback(base::Bytes packet);

// Appends one RTCP packet. `arrivals` must begin with a received one, ascend on the whole, and no two
// neighbours may be more than 8.19 s apart; Arrivals cuts its feedback accordingly.
void append_transport_feedback(std::vector<uint8_t>& out, const TransportFeedback& feedback);

// The receiver's side: notes arrivals by transport-wide sequence number and writes feedback of them.
// Bounded: numbers more than kFeedbackPacketsMax behind the newest are forgotten. Lives on its session's
// loop.
class Arrivals {
 public:
  void on_packet(uint16_t transport_sequence, base::MonoTime now);
  bool empty() const { return noted_.empty(); }
  // Appends feedback of all since the last call: none, one, or several packets.
  void write(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint32_t media_ssrc);

 private:
  SequenceUnwrapper unwrapper_;
  std::map<int64_t, base::MonoTime> noted_;
  std::optional<int64_t> next_base_;  // the number behind the last one that was reported
  uint8_t feedback_count_ = 0;
};

}  // namespace eyas::rtp
