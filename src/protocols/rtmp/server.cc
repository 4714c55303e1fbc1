#include "protocols/rtmp/connection.h"
#include "protocols/rtmp/rtmp.h"

#include "base/log.h"

namespace eyas::rtmp {
namespace {

constexpr base::Duration kTick = std::chrono::seconds(1);

}  // namespace

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

void Statistics::count_closed(const base::Error& why) {
  base::Code code = why.code;
  std::atomic<uint64_t>& counter = code == base::Code::kClosed      ? closed_by_peer
                                   : code == base::Code::kMalformed ? closed_malformed
                                   : code == base::Code::kLimit     ? closed_limit
                                   : code == base::Code::kTimeout   ? closed_timeout
                                                                    : closed_other;
  if (code == base::Code::kLimit || code == base::Code::kTimeout) hit(limit_of(why));
  counter.fetch_add(1, std::memory_order_relaxed);
}

Server::Server(const Options& options, hub::Directory& directory, io::Executor& loop,
               std::shared_ptr<Statistics> statistics, hub::Derivations* derivations)
    : options_(options),
      directory_(directory),
      loop_(loop),
      derivations_(derivations),
      statistics_(std::move(statistics)),
      headers_(std::make_unique<HeaderCache>()) {}

Server::~Server() {
  statistics_->connections_open -= connections_.size();
}

void Server::accept(std::unique_ptr<io::ByteStream> stream) {
  if (draining_) return;
  uint64_t id = statistics_->next_session.fetch_add(1, std::memory_order_relaxed);
  std::string peer = stream->peer();
  auto place = statistics_->census.enter(peer, options_.connections_per_address_max);
  if (!place) {
    statistics_->hit(Limit::kAddressConnections);
    base::log::warning("rtmp.refused", {{"peer", peer}, {"reason", "connections per address"}});
    return;
  }
  auto connection = std::make_unique<Connection>(*this, id, std::move(stream), std::move(*place));
  statistics_->connections_opened.fetch_add(1, std::memory_order_relaxed);
  statistics_->connections_open.fetch_add(1, std::memory_order_relaxed);
  Connection& started = *connections_.emplace(id, std::move(connection)).first->second;
  started.start();
  if (!tick_timer_.armed()) tick_timer_ = loop_.after(kTick, [this] { tick(); });
}

void Server::drain() {
  draining_ = true;
  for (auto& [id, connection] : connections_) {
    connection->end({base::Code::kClosed, "the server is stopping", {}});
  }
}

void Server::remove(uint64_t id, const base::Error& why) {
  auto entry = connections_.find(id);
  statistics_->count_closed(why);
  statistics_->connections_open.fetch_sub(1, std::memory_order_relaxed);
  connections_.erase(entry);
}

void Server::tick() {
  base::MonoTime now = loop_.clock().mono();
  for (auto& [id, connection] : connections_) connection->tick(now);
  if (!connections_.empty()) tick_timer_ = loop_.after(kTick, [this] { tick(); });
}

}  // namespace eyas::rtmp
