#include "protocols/srt/server.h"

#include "base/log.h"

namespace eyas::srt {
namespace {

constexpr base::Duration kTick = std::chrono::seconds(1);

}  // namespace

Server::Server(const Options& options, hub::Directory& directory, io::Executor& loop, Poller& poller,
               Statistics& statistics, hub::Derivations* derivations)
    : options_(options),
      directory_(directory),
      loop_(loop),
      poller_(poller),
      statistics_(statistics),
      derivations_(derivations) {}

Server::~Server() = default;

void Server::accept(Socket socket) {
  const std::string peer = socket.peer();
  auto id = parse_stream_id(socket.stream_id());
  auto name = id ? hub::StreamName::parse(id->resource) : base::Result<hub::StreamName>(id.error());
  if (!name) {  // the gate said so before; only what changed since comes here
    base::log::warning("srt.refused", {{"peer", peer}, {"reason", name.error().message()}});
    return;
  }
  auto place = statistics_.census.enter(peer, options_.sessions_per_address_max);
  if (!place) {
    statistics_.limit_sessions_per_address.fetch_add(1, std::memory_order_relaxed);
    base::log::warning("srt.refused", {{"peer", peer}, {"reason", "sessions per address"}});
    return;
  }
  begin(std::move(socket), std::move(*id), std::move(*name), std::move(*place));
  if (!tick_.armed()) tick_ = loop_.after(kTick, [this] { tick(); });
}

void Server::begin(Socket socket, StreamId id, hub::StreamName name, io::AddressCensus::Place place) {
  const uint64_t number = statistics_.next_session.fetch_add(1, std::memory_order_relaxed);
  const bool publishes = id.mode == StreamId::Mode::kPublish;
  auto link = std::make_shared<Link>(poller_, std::move(socket), loop_);
  Session::Context context{directory_,
                           loop_,
                           statistics_,
                           name,
                           "srt-" + std::to_string(number),
                           std::move(id.arguments),
                           [] {},
                           [this, number, alive = std::weak_ptr(alive_)](const base::Error& why) {
                             if (!alive.expired()) remove(number, why);
                           }};
  base::log::info(publishes ? "srt.publish" : "srt.play",
                  {{"stream", name.text()}, {"session", context.session}, {"peer", link->peer()}});
  std::unique_ptr<Session> session;
  if (publishes) {
    session = std::make_unique<Ingest>(std::move(context), std::move(link),
                                       Ingest::Rank{0, options_.takeover()}, options_.early_bytes_max);
  } else {
    context.derivations = derivations_;
    session = std::make_unique<Egress>(std::move(context), std::move(link), options_.play_wait);
  }
  sessions_.emplace(number, Held{std::move(session), std::move(place)});
}

void Server::remove(uint64_t id, const base::Error& why) {
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const Session& session = *found->second.session;
  base::log::info("srt.closed", {{"stream", session.stream()},
                                 {"session", session.id()},
                                 {"peer", session.peer()},
                                 {"reason", why.message()}});
  sessions_.erase(found);
}

void Server::drain() {
  for (auto& [id, held] : sessions_) held.session->end({base::Code::kClosed, "the server is stopping", {}});
}

void Server::tick() {
  for (auto& [id, held] : sessions_) held.session->tick();
  if (!sessions_.empty()) tick_ = loop_.after(kTick, [this] { tick(); });
}

}  // namespace eyas::srt
