#include "protocols/webrtc/server.h"

#include <time.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "protocols/webrtc/identifiers.h"

namespace eyas::webrtc {
namespace {

// The loop's own resolution; what is due within it is done together.
constexpr base::Duration kTickGrain = std::chrono::microseconds(500);
constexpr base::Duration kTickLeast = std::chrono::milliseconds(1);
constexpr base::Duration kLoadInterval = std::chrono::seconds(1);

base::Duration thread_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::array<Statistics::Named, 32> Statistics::list() const {
  return {{{"sessions_opened", sessions_opened},
           {"sessions_open", sessions_open},
           {"publishes", publishes},
           {"plays", plays},
           {"offers_refused", offers_refused},
           {"publishes_refused", publishes_refused},
           {"not_found", not_found},
           {"refused_busy", refused_busy},
           {"refused_address_limit", refused_address_limit},
           {"restarts", restarts},
           {"moves", moves},
           {"packets_sent", packets_sent},
           {"packets_sent_again", packets_sent_again},
           {"nacks", nacks},
           {"nacks_missed", nacks_missed},
           {"key_requests", key_requests},
           {"skipped_groups", skipped_groups},
           {"skipped_frames", skipped_frames},
           {"rendition_changes", rendition_changes},
           {"constrained_open", constrained_open},
           {"closed_by_peer", closed_by_peer},
           {"closed_handshake", closed_handshake},
           {"closed_consent", closed_consent},
           {"closed_other", closed_other},
           {"stray_stun", stray_stun},
           {"stray_datagrams", stray_datagrams},
           {"public_bindings", public_bindings},
           {"bad_packets", bad_packets},
           {"tcp_connections_opened", tcp_connections_opened},
           {"tcp_connections_open", tcp_connections_open},
           {"tcp_refused", tcp_refused},
           {"tcp_dropped", tcp_dropped}}};
}

Server& Shared::on(const io::Executor& executor) const {
  auto loop = std::ranges::find_if(loops, [&](io::Loop* l) { return l == &executor; });
  CHECK(loop != loops.end());
  return *servers[static_cast<size_t>(loop - loops.begin())];
}

void Shared::post(size_t loop, base::UniqueFunction<void(Server&)> task) {
  loops[loop]->post([shared = weak_from_this(), loop, task = std::move(task)]() mutable {
    if (auto held = shared.lock()) task(*held->servers[loop]);
  });
}

Server::Server(Shared& shared, const Options& options, size_t index)
    : shared_(shared),
      index_(index),
      loop_(*shared.loops[index]),
      options_(options),
      wall_at_mono_zero_(loop_.clock().wall() - loop_.clock().mono().time_since_epoch()),
      farewells_(loop_) {}

Server::~Server() {
  statistics().sessions_open -= residents_.size();
  statistics().tcp_connections_open -= tcp_.size();
}

base::Status Server::open(const std::string& address, io::Sharing sharing) {
  auto socket = io::UdpSocket::open(loop_, address, sharing, *this);
  if (!socket) return socket.error();
  socket_ = std::move(*socket);
  loop_.post([weak = shared_.weak_from_this(), this] {
    if (auto held = weak.lock()) measure_load();
  });
  return {};
}

void Server::accept(std::unique_ptr<io::ByteStream> stream) {
  std::string peer = stream->peer();
  auto place = shared_.tcp_census.enter(peer, options_.tcp_connections_per_address_max);
  auto endpoint = io::Endpoint::parse(peer);
  if (draining_ || !place || !endpoint || tcp_.size() >= options_.tcp_connections_max) {
    statistics().tcp_refused.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  uint64_t number = connection_number(index_, next_connection_++);
  TcpEntry& entry = tcp_[number];
  entry.peer = std::make_unique<TcpPeer>(PeerPath{*endpoint, number, {}}, std::move(stream),
                                         std::move(*place), static_cast<TcpPeer::Owner&>(*this));
  statistics().tcp_connections_opened.fetch_add(1, std::memory_order_relaxed);
  statistics().tcp_connections_open.fetch_add(1, std::memory_order_relaxed);
  entry.proof = loop_.after(options_.tcp_proof_timeout, [this, number] {
    statistics().tcp_refused.fetch_add(1, std::memory_order_relaxed);
    tcp_.at(number).peer->close({base::Code::kTimeout, "no valid check over this connection", {}});
  });
  entry.peer->start();
}

void Server::on_tcp_closed(const PeerPath& closed) {
  const PeerPath path = closed;  // the peer's own, which goes with it
  auto entry = tcp_.find(path.connection);
  std::optional<Route> route = std::move(entry->second.route);
  tcp_.erase(entry);
  statistics().tcp_connections_open.fetch_sub(1, std::memory_order_relaxed);
  if (!route) return;
  if (route->session != nullptr) return route->session->on_path_gone(path);
  shared_.post(route->loop, [path, id = route->id](Server& there) {
    auto found = there.residents_.find(id);
    if (found != there.residents_.end()) found->second.session->on_path_gone(path);
  });
}

void Server::drain() {
  draining_ = true;
  for (auto& [id, resident] : residents_)
    resident.session->end({base::Code::kClosed, "the server is stopping", {}});
}

std::span<uint8_t> Server::prepare(const PeerPath& to, size_t max) {
  if (!to.tcp()) return socket_->prepare(max);
  if (loop_of_connection(to.connection) != index_) {
    remote_packet_.resize(max);
    return remote_packet_;
  }
  auto entry = tcp_.find(to.connection);
  if (entry == tcp_.end()) return {};
  std::span<uint8_t> room = entry->second.peer->prepare(max, options_.tcp_pending_bytes_max);
  if (room.empty()) statistics().tcp_dropped.fetch_add(1, std::memory_order_relaxed);
  return room;
}

void Server::commit(const PeerPath& to, size_t bytes) {
  if (bytes == 0) return;
  if (!to.tcp()) return socket_->commit(to.endpoint, bytes, to.local);
  size_t loop = loop_of_connection(to.connection);
  if (loop == index_) return tcp_.at(to.connection).peer->commit(bytes);
  // A peer that changed to a connection of another loop while it played or published.
  remote_packet_.resize(bytes);
  shared_.post(loop, [to, packet = std::move(remote_packet_)](Server& there) {
    std::span<uint8_t> room = there.prepare(to, packet.size());
    if (room.size() < packet.size()) return;
    std::ranges::copy(packet, room.begin());
    there.commit(to, packet.size());
  });
  remote_packet_.clear();
}

void Server::reschedule(Session& session) {
  base::MonoTime at = session.next_tick();
  timetable_[session.slot()].at = at;
  arm_tick(at);
}

void Server::arm_tick(base::MonoTime at) {
  if (at >= tick_at_ - kTickGrain || at == base::MonoTime::max()) return;
  tick_at_ = at;
  base::Duration delay = std::max(at - loop_.clock().mono(), kTickLeast);
  tick_timer_ = loop_.after(delay, [this] { tick(); });
}

void Server::tick() {
  base::MonoTime now = loop_.clock().mono();
  tick_at_ = base::MonoTime::max();
  base::MonoTime next = base::MonoTime::max();
  for (Due& due : timetable_) {
    if (due.at <= now + kTickGrain) {
      due.session->on_tick(now);
      due.at = due.session->ended() ? base::MonoTime::max() : due.session->next_tick();
    }
    next = std::min(next, due.at);
  }
  arm_tick(next);
}

void Server::measure_load() {
  const io::UdpCounters& counters = udp_counters();
  load_.measure(loop_.clock().mono(), thread_cpu_time(),
                counters.dropped_full.load(std::memory_order_relaxed), options_.busy_percent_max);
  load_timer_ = loop_.after(kLoadInterval, [this] { measure_load(); });
}

}  // namespace eyas::webrtc
