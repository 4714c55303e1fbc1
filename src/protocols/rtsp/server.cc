#include "base/log.h"
#include "protocols/rtsp/connection.h"
#include "protocols/rtsp/rtsp.h"

namespace eyas::rtsp {

std::array<Statistics::Named, 12> Statistics::list() const {
  return {{{"connections_opened", connections_opened},
           {"connections_open", connections_open},
           {"publishes", publishes},
           {"publishes_refused", publishes_refused},
           {"plays", plays},
           {"plays_refused", plays_refused},
           {"logins_refused", logins_refused},
           {"closed_by_peer", closed_by_peer},
           {"closed_malformed", closed_malformed},
           {"closed_limit", closed_limit},
           {"closed_timeout", closed_timeout},
           {"closed_other", closed_other}}};
}

void Statistics::count_limit(const base::Error& why) {
  if (why.code == base::Code::kLimit || why.code == base::Code::kTimeout) hit(limit_of(why));
}

Server::Server(const Options& options, hub::Directory& directory, io::Executor& loop,
               std::shared_ptr<Statistics> statistics, OpenPorts open_ports,
               std::shared_ptr<Multicast> multicast)
    : options_(std::make_shared<const Options>(options)),
      directory_(directory),
      statistics_(std::move(statistics)),
      open_ports_(std::move(open_ports)),
      multicast_(std::move(multicast)),
      connections_(loop, statistics_) {}

Server::~Server() = default;

void Server::accept(std::unique_ptr<io::ByteStream> stream) {
  const std::string peer = stream->peer();
  const bool welcome = connections_.accept(
      std::move(stream), options_->connections_per_address_max, [this](uint64_t id, auto bytes, auto place) {
        return std::make_unique<Connection>(*this, id, std::move(bytes), std::move(place));
      });
  if (welcome) return;
  statistics_->hit(Limit::kAddressConnections);
  base::log::warning("rtsp.refused", {{"peer", peer}, {"reason", "connections per address"}});
}

void Server::drain() {
  connections_.drain();
}

DatagramPorts* Server::ports() {
  if (!ports_ && open_ports_) {
    auto opened = open_ports_();
    if (opened)
      ports_ = *std::move(opened);
    else
      base::log::warning("rtsp.no_udp", {{"reason", opened.error().message()}});
  }
  return ports_.get();
}

void Server::remove(uint64_t id, const base::Error& why) {
  statistics_->count_limit(why);
  connections_.remove(id, why);
}

}  // namespace eyas::rtsp
