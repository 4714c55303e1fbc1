// Connections: those that one loop has accepted for a protocol, and the tick that they share.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/result.h"
#include "io/address_census.h"
#include "io/byte_stream.h"

namespace eyas::protocols {

// What is counted of a protocol's connections, on all loops. Thread-safe.
struct ConnectionStatistics {
  std::atomic<uint64_t> connections_opened{0};
  std::atomic<uint64_t> connections_open{0};
  // Why connections ended.
  std::atomic<uint64_t> closed_by_peer{0};
  std::atomic<uint64_t> closed_malformed{0};
  std::atomic<uint64_t> closed_limit{0};
  std::atomic<uint64_t> closed_timeout{0};
  std::atomic<uint64_t> closed_other{0};
  io::AddressCensus census;               // connections by address
  std::atomic<uint64_t> next_session{1};  // sessions are named "rtmp-1", "rtmp-2", ...

  void count_closed(base::Code why) {
    std::atomic<uint64_t>& counter = why == base::Code::kClosed      ? closed_by_peer
                                     : why == base::Code::kMalformed ? closed_malformed
                                     : why == base::Code::kLimit     ? closed_limit
                                     : why == base::Code::kTimeout   ? closed_timeout
                                                                     : closed_other;
    counter.fetch_add(1, std::memory_order_relaxed);
  }
};

// A Connection has start(), tick(now) and end(why). Lives on its loop.
template <class Connection>
class Connections {
 public:
  Connections(io::Executor& loop, std::shared_ptr<ConnectionStatistics> statistics)
      : loop_(loop), statistics_(std::move(statistics)) {}
  ~Connections() { statistics_->connections_open -= connections_.size(); }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Starts what `make(id, stream, place)` makes. False when the peer's address holds too many; a server that
  // drains accepts nobody either, and says nothing.
  template <class Make>
  bool accept(std::unique_ptr<io::ByteStream> stream, uint32_t per_address_max, Make&& make);
  // Accepts nobody any more and ends those that stand.
  void drain();
  // The connection is destroyed in this call.
  void remove(uint64_t id, const base::Error& why);
  size_t size() const { return connections_.size(); }

 private:
  static constexpr base::Duration kTick = std::chrono::seconds(1);

  void tick();

  io::Executor& loop_;
  std::shared_ptr<ConnectionStatistics> statistics_;
  std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections_;
  io::Timer tick_timer_;
  bool draining_ = false;
};

template <class Connection>
template <class Make>
bool Connections<Connection>::accept(std::unique_ptr<io::ByteStream> stream, uint32_t per_address_max,
                                     Make&& make) {
  if (draining_) return true;
  const uint64_t id = statistics_->next_session.fetch_add(1, std::memory_order_relaxed);
  auto place = statistics_->census.enter(stream->peer(), per_address_max);
  if (!place) return false;
  std::unique_ptr<Connection> connection = make(id, std::move(stream), std::move(*place));
  statistics_->connections_opened.fetch_add(1, std::memory_order_relaxed);
  statistics_->connections_open.fetch_add(1, std::memory_order_relaxed);
  Connection& started = *connections_.emplace(id, std::move(connection)).first->second;
  started.start();
  if (!tick_timer_.armed()) tick_timer_ = loop_.after(kTick, [this] { tick(); });
  return true;
}

template <class Connection>
void Connections<Connection>::drain() {
  draining_ = true;
  for (auto& [id, connection] : connections_)
    connection->end({base::Code::kClosed, "the server is stopping", {}});
}

template <class Connection>
void Connections<Connection>::remove(uint64_t id, const base::Error& why) {
  const auto entry = connections_.find(id);
  statistics_->count_closed(why.code);
  statistics_->connections_open.fetch_sub(1, std::memory_order_relaxed);
  connections_.erase(entry);
}

template <class Connection>
void Connections<Connection>::tick() {
  const base::MonoTime now = loop_.clock().mono();
  for (auto& [id, connection] : connections_) connection->tick(now);
  if (!connections_.empty()) tick_timer_ = loop_.after(kTick, [this] { tick(); });
}

}  // namespace eyas::protocols
