#include "protocols/rtmp/connection.h"
#include "protocols/rtmp/rtmp.h"

#include "base/log.h"

namespace eyas::rtmp {

std::array<Statistics::Named, 15> Statistics::list() const {
  return {{{"connections_opened", connections_opened},
           {"connections_open", connections_open},
           {"publishes", publishes},
           {"publishes_refused", publishes_refused},
           {"plays", plays},
           {"plays_refused", plays_refused},
           {"reconnects_requested", reconnects_requested},
           {"closed_by_peer", closed_by_peer},
           {"closed_malformed", closed_malformed},
           {"closed_limit", closed_limit},
           {"closed_timeout", closed_timeout},
           {"closed_other", closed_other},
           {"transfers", transfers},
           {"transfers_open", transfers_open},
           {"transfers_failed", transfers_failed}}};
}

void Statistics::count_limit(const base::Error& why) {
  if (why.code == base::Code::kLimit || why.code == base::Code::kTimeout) hit(limit_of(why));
}

Server::Server(const Options& options, hub::Directory& directory, io::Executor& loop,
               std::shared_ptr<Statistics> statistics, hub::Derivations* derivations)
    : options_(options),
      directory_(directory),
      derivations_(derivations),
      statistics_(std::move(statistics)),
      headers_(std::make_unique<HeaderCache>()),
      connections_(loop, statistics_) {}

Server::~Server() = default;

void Server::accept(std::unique_ptr<io::ByteStream> stream) {
  const std::string peer = stream->peer();
  const bool welcome = connections_.accept(
      std::move(stream), options_.connections_per_address_max, [this](uint64_t id, auto bytes, auto place) {
        return std::make_unique<Connection>(*this, id, std::move(bytes), std::move(place));
      });
  if (welcome) return;
  statistics_->hit(Limit::kAddressConnections);
  base::log::warning("rtmp.refused", {{"peer", peer}, {"reason", "connections per address"}});
}

void Server::drain() {
  connections_.drain();
}

void Server::remove(uint64_t id, const base::Error& why) {
  statistics_->count_limit(why);
  connections_.remove(id, why);
}

}  // namespace eyas::rtmp
