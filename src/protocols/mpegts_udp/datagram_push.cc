// Datagrams to a host or a group, bare or in RTP [RFC 2250 2]: each frame when it comes, in sevens of
// packets.
#include <random>

#include "io/udp.h"
#include "protocols/mpegts_udp/datagram_cutter.h"
#include "protocols/mpegts_udp/push.h"
#include "protocols/mpegts_udp/rtp_order.h"
#include "rtp/packet.h"

namespace eyas::mpegts_udp {
namespace {

class DatagramPush final : public Push, private io::UdpSocket::Handler {
 public:
  DatagramPush(const Parts& parts, protocols::TransferRequest request, const PushTarget& target)
      : Push(parts, std::move(request), target.carrier), target_(target), header_{} {
    header_.payload_type = kRtpPayloadType;
    std::random_device random;
    header_.ssrc = random();
    header_.sequence = static_cast<uint16_t>(random());
    find_peer();
  }

 private:
  void find_peer() {
    const base::Url& url = request().url;
    auto number = io::Endpoint::parse(url.authority());
    if (number && io::is_multicast(*number)) {
      base::Status allowed = request().dialer.policy().check(*number, io::Reach::kMulticastToo);
      return allowed ? open(*number) : end(allowed.error());
    }
    resolving_ = request().dialer.resolve(loop(), url.host, url.port,
                                          [this](base::Result<std::vector<io::Endpoint>> found) {
                                            if (!found) return end(found.error());
                                            open(found->front());
                                          });
  }

  void open(const io::Endpoint& to) {
    to_ = to;
    auto opened =
        io::UdpSocket::open(loop(), to.is_v6() ? "[::]:0" : "0.0.0.0:0", io::Sharing::kFirst, *this);
    if (!opened) return end(opened.error());
    socket_ = std::move(*opened);
    base::Status ready;
    if (io::is_multicast(to)) ready = socket_->send_to_groups_by(target_.interface, target_.hops);
    ready ? begin(to.text()) : end(ready.error());
  }

  void pump() override {
    auto send = [this](base::Bytes packets) { send_datagram(packets); };
    uint64_t before = sent_;
    while (playback().take(slices_)) {
      for (const base::Slice& slice : slices_) cutter_.add(slice, send);
      slices_.clear();
    }
    cutter_.finish(send);
    count_sent(sent_ - before);
    end_if_over();
  }

  void send_datagram(base::Bytes packets) {
    sent_ += packets.size();
    if (target_.carrier != Carrier::kRtp) return socket_->send(to_, packets);
    ++header_.sequence;
    header_.timestamp = static_cast<uint32_t>(mpegts::wire_ticks(playback().dts()));
    std::span<uint8_t> room = socket_->prepare(rtp::kFixedHeaderBytes + packets.size());
    size_t head = rtp::write_header(room, header_);
    std::copy(packets.begin(), packets.end(), room.begin() + static_cast<ptrdiff_t>(head));
    socket_->commit(to_, head + packets.size());
  }

  void on_datagram(const io::Endpoint&, std::span<uint8_t>, base::MonoTime) override {}  // nobody answers
  void add_counters(hub::Counters& counters) const override {
    if (!socket_) return;
    counters.emplace_back("datagrams", socket_->counters().datagrams_out);
    counters.emplace_back("datagrams_dropped",
                          socket_->counters().dropped_full + socket_->counters().dropped_error);
  }

  PushTarget target_;
  rtp::Header header_;
  io::Dialling resolving_;
  io::Endpoint to_;
  std::unique_ptr<io::UdpSocket> socket_;
  DatagramCutter cutter_;
  std::vector<base::Slice> slices_;
  uint64_t sent_ = 0;
};

}  // namespace

std::unique_ptr<protocols::Transfer> make_datagram_push(const Parts& parts,
                                                        protocols::TransferRequest request,
                                                        const PushTarget& target) {
  return std::make_unique<DatagramPush>(parts, std::move(request), target);
}

}  // namespace eyas::mpegts_udp
