// Datagrams that come to an address of ours or to a group, bare or in RTP [RFC 2250 2].
#include "io/udp.h"
#include "protocols/mpegts_udp/pull.h"
#include "protocols/mpegts_udp/rtp_order.h"
#include "protocols/mpegts_udp/sender_lock.h"

namespace eyas::mpegts_udp {
namespace {

class DatagramPull final : public Pull, private io::UdpSocket::Handler, private RtpOrder::Sink {
 public:
  DatagramPull(const Parts& parts, protocols::TransferRequest request, const PullTarget& target)
      : Pull(parts, std::move(request), target.carrier, target.programme),
        lock_(target.at.source, parts.options.sender_silence) {
    bool group = io::is_multicast(target.at.group);
    auto opened = group ? io::UdpSocket::open(loop(), target.at, *this)
                        : io::UdpSocket::open(loop(), target.at.group.text(), io::Sharing::kFirst, *this);
    if (!opened) {
      end(opened.error());
      return;
    }
    socket_ = std::move(*opened);
    RtpOrder::Sink& payloads = *this;
    if (target.carrier == Carrier::kRtp) order_.emplace(loop(), payloads, parts.options.reorder_wait);
  }

 private:
  void on_datagram(const io::Endpoint& from, std::span<uint8_t> bytes, base::MonoTime now) override {
    if (ended()) return;
    if (!lock_.admits(from, now))
      return static_cast<void>(parts().statistics.foreign_datagrams.fetch_add(1, std::memory_order_relaxed));
    if (lock_.changed()) set_peer(from.text());
    if (!order_) return take(bytes, now);
    if (!order_->push(bytes, now))
      parts().statistics.broken_rtp_packets.fetch_add(1, std::memory_order_relaxed);
  }
  void on_payload(base::Bytes payload, base::MonoTime arrival) override { take(payload, arrival); }
  void add_counters(hub::Counters& counters) const override {
    if (!socket_) return;
    counters.emplace_back("datagrams", socket_->counters().datagrams_in);
    counters.emplace_back("datagrams_too_long", socket_->counters().truncated_in);
    if (!order_) return;
    counters.emplace_back("rtp_packets_lost", order_->counters().lost);
    counters.emplace_back("rtp_packets_reordered", order_->counters().reordered);
  }

  SenderLock lock_;
  std::optional<RtpOrder> order_;
  std::unique_ptr<io::UdpSocket> socket_;
};

}  // namespace

std::unique_ptr<protocols::Transfer> make_datagram_pull(const Parts& parts,
                                                        protocols::TransferRequest request,
                                                        const PullTarget& target) {
  return std::make_unique<DatagramPull>(parts, std::move(request), target);
}

}  // namespace eyas::mpegts_udp
