// RtpOrder: transport packets out of RTP packets, in order [RFC 2250 2].
#pragma once

#include "io/executor.h"
#include "rtp/reorder.h"

namespace eyas::mpegts_udp {

constexpr uint8_t kRtpPayloadType = 33;  // MP2T [RFC 3551 6]

// Lives on its session's loop.
class RtpOrder final : private rtp::Reorder::Sink {
 public:
  struct Sink {
    virtual ~Sink() = default;
    // Must not destroy this.
    virtual void on_payload(base::Bytes payload, base::MonoTime arrival) = 0;
  };

  // A missing packet is waited for up to `wait`.
  RtpOrder(io::Executor& executor, Sink& sink, base::Duration wait);

  // False when this is no RTP packet of a transport stream. RTCP on the same port is passed over.
  bool push(base::Bytes datagram, base::MonoTime now);
  const rtp::Reorder::Counters& counters() const { return reorder_.counters(); }

 private:
  void on_packet(const rtp::PacketView& packet, bool lost_before, base::MonoTime arrival) override;
  void schedule(base::MonoTime now);

  io::Executor& executor_;
  Sink& sink_;
  rtp::Reorder reorder_;
  io::Timer tick_;
};

}  // namespace eyas::mpegts_udp
