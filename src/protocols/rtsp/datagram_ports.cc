#include "protocols/rtsp/datagram_ports.h"

#include <utility>

namespace eyas::rtsp {
namespace {

using Receive = DatagramPorts::Receive;

std::string address_text(const std::string& host, uint16_t port) {
  bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

// Who takes what comes from where. Shared with attachments, which may outlive the ports.
class Peers {
 public:
  uint64_t add(const io::Endpoint& from, Receive receive) {
    entries_[from] = {++last_, std::make_shared<Receive>(std::move(receive))};
    return last_;
  }
  void remove(const io::Endpoint& from, uint64_t serial) {
    auto found = entries_.find(from);
    if (found != entries_.end() && found->second.serial == serial) entries_.erase(found);
  }
  void deliver(const io::Endpoint& from, base::Bytes packet, base::MonoTime now) {
    auto found = entries_.find(from);
    if (found == entries_.end()) return;
    auto receive = found->second.receive;  // it may be removed inside its call
    (*receive)(packet, now);
  }

 private:
  struct Entry {
    uint64_t serial = 0;
    std::shared_ptr<Receive> receive;
  };
  std::unordered_map<io::Endpoint, Entry, io::EndpointHash> entries_;
  uint64_t last_ = 0;
};

class SocketPorts final : public DatagramPorts, private io::UdpSocket::Handler {
 public:
  SocketPorts() = default;

  base::Status open(io::Loop& loop, const std::string& host, NumberPair numbers) {
    auto rtp = io::UdpSocket::open(loop, address_text(host, numbers.first), io::Sharing::kFirst, *this);
    if (!rtp) return rtp.error();
    auto rtcp = io::UdpSocket::open(loop, address_text(host, numbers.second), io::Sharing::kFirst, *this);
    if (!rtcp) return rtcp.error();
    rtp_ = *std::move(rtp);
    rtcp_ = *std::move(rtcp);
    numbers_ = {rtp_->local().port(), rtcp_->local().port()};
    return {};
  }
  base::Status route_multicast(const std::string& from, unsigned ttl) {
    if (auto routed = rtp_->send_to_groups_by(from, ttl); !routed) return routed;
    return rtcp_->send_to_groups_by(from, ttl);
  }

  NumberPair numbers() const override { return numbers_; }

  base::Result<io::Endpoint> endpoint(const std::string& host, uint16_t port) const override {
    bool v6 = host.find(':') != std::string::npos;
    bool ours_v6 = rtp_->local().is_v6();
    if (v6 && !ours_v6) return base::Error{base::Code::kUnsupported, "rtsp: IPv6 peer of IPv4 ports", {}};
    return io::Endpoint::parse(address_text(!v6 && ours_v6 ? "::ffff:" + host : host, port));
  }

  Attachment attach(const io::Endpoint& from, Receive receive) override {
    uint64_t serial = peers_->add(from, std::move(receive));
    return {nullptr, [peers = peers_, from, serial](void*) { peers->remove(from, serial); }};
  }

  void send_rtp(const io::Endpoint& to, base::Bytes packet) override { rtp_->send(to, packet); }
  void send_rtcp(const io::Endpoint& to, base::Bytes packet) override { rtcp_->send(to, packet); }

 private:
  void on_datagram(const io::Endpoint& from, std::span<uint8_t> bytes, base::MonoTime now) override {
    peers_->deliver(from, bytes, now);
  }

  std::shared_ptr<Peers> peers_ = std::make_shared<Peers>();
  std::unique_ptr<io::UdpSocket> rtp_;
  std::unique_ptr<io::UdpSocket> rtcp_;
  NumberPair numbers_;
};

}  // namespace

base::Result<std::unique_ptr<DatagramPorts>> open_datagram_ports(io::Loop& loop, const std::string& host,
                                                                 PortRange range) {
  // RTP takes the even one [RFC 3550 11].
  for (unsigned port = range.first + (range.first & 1u); port + 1 <= range.last; port += 2) {
    auto ports = std::make_unique<SocketPorts>();
    NumberPair numbers{static_cast<uint16_t>(port), static_cast<uint16_t>(port + 1)};
    if (ports->open(loop, host, numbers)) return std::unique_ptr<DatagramPorts>(std::move(ports));
  }
  return base::Error{base::Code::kSystem, "rtsp: no two ports of rtsp.udp_ports are free", {}};
}

base::Result<std::unique_ptr<DatagramPorts>> open_multicast_ports(io::Loop& loop, const std::string& from,
                                                                  unsigned ttl) {
  auto ports = std::make_unique<SocketPorts>();
  if (auto opened = ports->open(loop, from.empty() ? "0.0.0.0" : from, {}); !opened) return opened.error();
  if (auto routed = ports->route_multicast(from, ttl); !routed) return routed.error();
  return std::unique_ptr<DatagramPorts>(std::move(ports));
}

}  // namespace eyas::rtsp
