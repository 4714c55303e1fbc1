#include "protocols/mpegts_udp/rtp_order.h"

#include <algorithm>

namespace eyas::mpegts_udp {
namespace {

rtp::ReorderOptions reorder_options(base::Duration wait) {
  rtp::ReorderOptions options;
  options.wait_max = wait;
  return options;
}

}  // namespace

RtpOrder::RtpOrder(io::Executor& executor, Sink& sink, base::Duration wait)
    : executor_(executor), sink_(sink), reorder_(*this, reorder_options(wait)) {}

bool RtpOrder::push(base::Bytes datagram, base::MonoTime now) {
  if (rtp::is_rtcp(datagram)) return true;
  auto packet = rtp::PacketView::parse(datagram);
  if (!packet || packet->payload_type != kRtpPayloadType) return false;
  reorder_.push(*packet, now);
  schedule(now);
  return true;
}

// The transport packets' own counters tell the loss.
void RtpOrder::on_packet(const rtp::PacketView& packet, bool, base::MonoTime arrival) {
  sink_.on_payload(packet.payload, arrival);
}

void RtpOrder::schedule(base::MonoTime now) {
  auto deadline = reorder_.next_deadline();
  if (!deadline) return tick_.cancel();
  if (tick_.armed()) return;
  constexpr base::Duration kLeast = std::chrono::milliseconds(1);
  tick_ = executor_.after(std::max(kLeast, *deadline - now), [this] {
    base::MonoTime then = executor_.clock().mono();
    reorder_.on_tick(then);
    schedule(then);
  });
}

}  // namespace eyas::mpegts_udp
