#include "http/server.h"

#include "http/connection.h"
#include "io/address_census.h"
#include "io/byte_stream.h"

namespace eyas::http {

Shared::Shared() : census(std::make_unique<io::AddressCensus>()) {}
Shared::~Shared() = default;

class Server::Impl final : public Connection::Home {
 public:
  Impl(io::Executor& executor, const Router& router, Options options, std::shared_ptr<Shared> shared)
      : executor_(executor), router_(router), shared_(std::move(shared)) {
    set_options(std::move(options));
  }

  ~Impl() override {
    done_ = {};
    while (!connections_.empty()) remove(*connections_.front());
  }

  void set_options(Options options) { options_ = std::make_shared<const Options>(std::move(options)); }
  size_t connections() const { return connections_.size(); }
  const Stats& stats() const { return shared_->stats; }

  void adopt(std::unique_ptr<io::ByteStream> stream, bool secure) {
    Stats& stats = shared_->stats;
    // Destroying the stream closes it: what is over a limit gets no answer, and costs nothing further.
    if (draining_) return;
    if (connections_.size() >= options_->connections_max) return stats.hit(Limit::kConnections);
    auto place = shared_->census->enter(stream->peer(), options_->connections_per_address_max);
    if (!place) return stats.hit(Limit::kAddressConnections);
    stats.connections_accepted.fetch_add(1, std::memory_order_relaxed);
    stats.connections_open.fetch_add(1, std::memory_order_relaxed);
    auto& connection = connections_.emplace_front(
        std::make_unique<Connection>(std::move(stream), secure, *this, router_, options_, *shared_));
    connection->place = connections_.begin();
    connection->census_place = std::move(*place);
    if (!sweep_.armed()) schedule_sweep();
    connection->start();
  }

  void drain(base::Duration deadline, base::Task done) {
    draining_ = true;
    done_ = std::move(done);
    for (auto& connection : connections_) connection->drain();
    deadline_ = executor_.after(deadline, [this] {
      for (auto& connection : connections_)
        connection->fail(base::Code::kClosed, "http: the server is closing");
    });
    if (connections_.empty()) finish_drain();
  }

 private:
  void remove(Connection& connection) override {
    shared_->stats.connections_open.fetch_sub(1, std::memory_order_relaxed);
    auto gone = std::move(*connection.place);
    connections_.erase(connection.place);
    gone.reset();
    if (draining_ && connections_.empty()) finish_drain();
  }

  void finish_drain() {
    deadline_.cancel();
    if (!done_) return;
    ending_ = executor_.after({}, [this] {
      if (auto done = std::move(done_)) done();
    });
  }

  // One timer for all connections; none when there are no connections.
  void schedule_sweep() {
    sweep_ = executor_.after(options_->sweep_interval, [this] {
      base::MonoTime now = executor_.clock().mono();
      for (auto& connection : connections_) connection->sweep(now);
      if (!connections_.empty()) schedule_sweep();
    });
  }

  io::Executor& executor_;
  const Router& router_;
  std::shared_ptr<const Options> options_;
  std::shared_ptr<Shared> shared_;
  std::list<std::unique_ptr<Connection>> connections_;
  io::Timer sweep_;
  io::Timer deadline_;
  io::Timer ending_;
  base::Task done_;
  bool draining_ = false;
};

Server::Server(io::Executor& executor, const Router& router, Options options, std::shared_ptr<Shared> shared)
    : impl_(std::make_unique<Impl>(executor, router, std::move(options), std::move(shared))) {}
Server::~Server() = default;

void Server::adopt(std::unique_ptr<io::ByteStream> stream, bool secure) {
  impl_->adopt(std::move(stream), secure);
}
void Server::set_options(Options options) {
  impl_->set_options(std::move(options));
}
void Server::drain(base::Duration deadline, base::Task done) {
  impl_->drain(deadline, std::move(done));
}
size_t Server::connections() const {
  return impl_->connections();
}
const Stats& Server::stats() const {
  return impl_->stats();
}

}  // namespace eyas::http
