#include "base/log.h"
#include "protocols/rtsp/connection.h"
#include "protocols/rtsp/rtsp.h"

namespace eyas::rtsp {
namespace {

constexpr base::Duration kTick = std::chrono::seconds(1);

}  // namespace

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
               std::shared_ptr<Statistics> statistics, OpenPorts open_ports,
               std::shared_ptr<Multicast> multicast)
    : options_(std::make_shared<const Options>(options)),
      directory_(directory),
      loop_(loop),
      statistics_(std::move(statistics)),
      open_ports_(std::move(open_ports)),
      multicast_(std::move(multicast)) {}

Server::~Server() {
  statistics_->connections_open -= connections_.size();
}

void Server::accept(std::unique_ptr<io::ByteStream> stream) {
  if (draining_) return;
  uint64_t id = statistics_->next_session.fetch_add(1, std::memory_order_relaxed);
  std::string peer = stream->peer();
  auto place = statistics_->census.enter(peer, options_->connections_per_address_max);
  if (!place) {
    statistics_->hit(Limit::kAddressConnections);
    base::log::warning("rtsp.refused", {{"peer", peer}, {"reason", "connections per address"}});
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

}  // namespace eyas::rtsp
