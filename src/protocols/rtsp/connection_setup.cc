// How a connection's packets travel: what SETUP agrees.
#include "base/log.h"
#include "protocols/rtsp/connection.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;

Error unsupported(const char* what) {
  return {Code::kUnsupported, what, {}};
}

}  // namespace

base::Result<Transport> Connection::on_setup(size_t place, bool record, const Transport& wanted) {
  if (wanted.lower == Transport::Lower::kTcp) return set_up_tcp(place, wanted);
  if (stream_->encrypted()) return unsupported("rtsp: UDP beside TLS");
  if (!wanted.multicast) return set_up_udp(place, wanted);
  return record ? base::Result<Transport>(unsupported("rtsp: multicast from a publisher"))
                : set_up_multicast(place, wanted);
}

bool Connection::over(Transport::Lower lower) const {
  return !ways_.empty() && ways_.begin()->second.transport.lower == lower;
}

bool Connection::channel_taken(unsigned channel) const {
  for (const auto& [place, way] : ways_) {
    const auto& channels = way.transport.interleaved;
    if (channels && (channels->first == channel || channels->second == channel)) return true;
  }
  return false;
}

base::Result<Transport> Connection::set_up_tcp(size_t place, const Transport& wanted) {
  constexpr unsigned kChannels = 256;
  auto first = static_cast<unsigned>(2 * place);
  NumberPair channels = wanted.interleaved.value_or(
      NumberPair{static_cast<uint16_t>(first % kChannels), static_cast<uint16_t>((first + 1) % kChannels)});
  if (channels.first == channels.second) return unsupported("rtsp: one channel for RTP and RTCP");
  if (channel_taken(channels.first) || channel_taken(channels.second))
    return unsupported("rtsp: channel is taken");
  Way way;
  way.transport.profile = wanted.profile;
  way.transport.lower = Transport::Lower::kTcp;
  way.transport.interleaved = channels;
  way.transport.mode = wanted.mode;
  return (ways_[place] = std::move(way)).transport;
}

// To the peer's own address, whatever destination it names: nobody has us send to others [RFC 2326 16].
base::Result<Transport> Connection::set_up_udp(size_t place, const Transport& wanted) {
  if (!wanted.client_port || wanted.client_port->first == 0 || wanted.client_port->second == 0)
    return unsupported("rtsp: no client_port");
  DatagramPorts* ports = server_.ports();
  if (ports == nullptr) return unsupported("rtsp: no UDP ports");
  std::string host(io::AddressCensus::host_of(stream_->peer()));
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  auto rtp = ports->endpoint(host, wanted.client_port->first);
  auto rtcp = ports->endpoint(host, wanted.client_port->second);
  if (!rtp || !rtcp) return unsupported("rtsp: the peer's address over UDP");
  Way way;
  way.rtp = *rtp;
  way.rtcp = *rtcp;
  way.transport.profile = wanted.profile;
  way.transport.client_port = wanted.client_port;
  way.transport.server_port = ports->numbers();
  way.transport.mode = wanted.mode;
  for (const io::Endpoint& from : {*rtp, *rtcp}) {
    way.attachments.push_back(ports->attach(
        from, [this, place](base::Bytes packet, base::MonoTime now) { on_datagram(place, packet, now); }));
  }
  return (ways_[place] = std::move(way)).transport;
}

base::Result<Transport> Connection::set_up_multicast(size_t place, const Transport& wanted) {
  if (!multicast_) return unsupported("rtsp: no multicast");
  Way way;
  auto port = static_cast<uint16_t>(group_.port + 2 * place);
  way.transport.profile = wanted.profile;
  way.transport.multicast = true;
  way.transport.destination = group_.address;
  way.transport.port = NumberPair{port, static_cast<uint16_t>(port + 1)};
  way.transport.ttl = group_.ttl;
  return (ways_[place] = std::move(way)).transport;
}

}  // namespace eyas::rtsp
