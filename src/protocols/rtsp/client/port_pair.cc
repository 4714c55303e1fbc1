#include "protocols/rtsp/client/port_pair.h"

#include <array>

#include "rtp/packet.h"

namespace eyas::rtsp {
namespace {

constexpr int kAttemptsMax = 64;  // each finds an even port of which the next may be taken

io::Endpoint with_port(io::Endpoint endpoint, uint16_t port) {
  (endpoint.is_v6() ? endpoint.v6.sin6_port : endpoint.v4.sin_port) = htons(port);
  return endpoint;
}

std::string any_address(const io::Endpoint& peer, uint16_t port) {
  return (peer.is_v6() ? "[::]:" : "0.0.0.0:") + std::to_string(port);
}

}  // namespace

base::Result<std::unique_ptr<PortPair>> PortPair::open(io::Loop& loop, size_t track, const io::Endpoint& peer,
                                                       Sink& sink) {
  std::unique_ptr<PortPair> pair(new PortPair(track, peer, sink));
  for (int i = 0; i < kAttemptsMax; ++i) {
    if (pair->open_both(loop)) return pair;
  }
  return base::Error{base::Code::kLimit, "rtsp: no two adjacent UDP ports are free", {}};
}

bool PortPair::open_both(io::Loop& loop) {
  auto media = io::UdpSocket::open(loop, any_address(peer_, 0), io::Sharing::kFirst, media_);
  if (!media) return false;
  uint16_t port = (*media)->local().port();
  if (port % 2 != 0) return false;
  auto reports = io::UdpSocket::open(loop, any_address(peer_, port + 1), io::Sharing::kFirst, reports_);
  if (!reports) return false;
  media_.socket = *std::move(media);
  reports_.socket = *std::move(reports);
  return true;
}

base::Result<std::unique_ptr<PortPair>> PortPair::open_group(io::Loop& loop, size_t track,
                                                             const Transport& transport,
                                                             const io::Endpoint& peer, Sink& sink) {
  bool v6 = transport.destination.find(':') != std::string::npos;
  auto group = io::Endpoint::parse((v6 ? '[' + transport.destination + ']' : transport.destination) + ":0");
  if (!group || !io::is_multicast(*group) || !transport.port)
    return base::Error{base::Code::kMalformed, "rtsp: no group in the answer to SETUP",
                       transport.destination};
  std::unique_ptr<PortPair> pair(new PortPair(track, peer, sink));
  std::pair<Inlet*, uint16_t> inlets[] = {{&pair->media_, transport.port->first},
                                          {&pair->reports_, transport.port->second}};
  for (auto [inlet, port] : inlets) {
    auto socket = io::UdpSocket::open(loop, io::MulticastGroup{with_port(*group, port), {}, {}}, *inlet);
    if (!socket) return socket.error();
    inlet->socket = *std::move(socket);
  }
  return pair;
}

NumberPair PortPair::ports() const {
  return {media_.socket->local().port(), reports_.socket->local().port()};
}

void PortPair::set_peer(const io::Endpoint& peer, NumberPair ports) {
  peer_ = peer;
  peer_host_ = peer.host();
  peer_ports_ = ports;
}

void PortPair::punch(base::Bytes report) {
  if (peer_ports_.first == 0) return;
  rtp::Header nothing;  // a packet without payload
  std::array<uint8_t, rtp::kFixedHeaderBytes> packet;
  rtp::write_header(packet, nothing);
  media_.socket->send(with_port(peer_, peer_ports_.first), packet);
  send_report(report);
}

void PortPair::send_report(base::Bytes report) {
  if (peer_ports_.second != 0) reports_.socket->send(with_port(peer_, peer_ports_.second), report);
}

// DEVIATION: servers that send from other ports than they said: only the address counts.
void PortPair::Inlet::on_datagram(const io::Endpoint& from, std::span<uint8_t> bytes, base::MonoTime) {
  if (from.host() != pair.peer_host_) {
    ++pair.foreign_;
    return;
  }
  pair.sink_.on_datagram(pair.track_, bytes);
}

}  // namespace eyas::rtsp
