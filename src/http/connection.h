// Connection: one adopted byte stream, and the protocol that its first bytes chose.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "http/options.h"
#include "http/router.h"
#include "http/server.h"
#include "io/address_census.h"
#include "io/byte_stream.h"

namespace eyas::http {

// HTTP/1.1 or HTTP/2 on a Connection. Lives on its connection's loop.
class Protocol {
 public:
  virtual ~Protocol() = default;
  virtual void on_data(base::Bytes bytes) = 0;
  virtual void on_drained() = 0;
  // The peer has gone: tells those who answer it.
  virtual void on_closed() = 0;
  // Once per Options::sweep_interval: ends what is too late.
  virtual void sweep(base::MonoTime now) = 0;
  // No further requests.
  virtual void drain() = 0;
};

// Lives on its server's loop; dies in on_closed.
class Connection final : io::ByteStream::Handler {
 public:
  // The server's side.
  struct Home {
    virtual ~Home() = default;
    virtual void remove(Connection& connection) = 0;
  };
  using Place = std::list<std::unique_ptr<Connection>>::iterator;

  Connection(std::unique_ptr<io::ByteStream> stream, bool secure, Home& home, const Router& router,
             std::shared_ptr<const Options> options, Shared& shared);
  ~Connection() override;
  void start() { stream_->start(*this); }
  void sweep(base::MonoTime now);
  void drain();
  // Ends it without waiting for anything; its exchanges are told when the stream says so.
  void fail(base::Code code, const char* why);

  // For the protocol.
  size_t send(std::span<const base::Slice> slices);
  size_t pending() const { return stream_->pending(); }
  void pause_reading(bool paused) { stream_->pause_reading(paused); }
  // Flushes, then closes.
  void end();
  bool ending() const { return ending_; }
  void count_response(int status);
  void hit(Limit limit);

  io::Executor& executor() { return stream_->executor(); }
  base::MonoTime now() { return executor().clock().mono(); }
  base::WallTime wall() { return executor().clock().wall(); }
  const Router& router() const { return router_; }
  const Options& options() const { return *options_; }
  Stats& stats() { return shared_.stats; }
  std::string peer() const { return stream_->peer(); }
  bool secure() const { return secure_; }

  Place place;  // in the server's list
  io::AddressCensus::Place census_place;

 private:
  void on_data(base::Bytes bytes) override;
  void on_drained() override;
  void on_closed(const base::Error& why) override;
  // Chooses the protocol once the first bytes tell; false while they do not.
  bool choose();
  bool is_stalled(base::MonoTime now);

  std::unique_ptr<io::ByteStream> stream_;
  Home& home_;
  const Router& router_;
  std::shared_ptr<const Options> options_;
  Shared& shared_;
  std::unique_ptr<Protocol> protocol_;
  std::vector<uint8_t> first_bytes_;  // until the protocol is chosen
  base::MonoTime idle_since_;         // while no protocol is chosen
  base::MonoTime taken_at_;           // when the kernel last took bytes, as far as sweeps saw
  uint64_t sent_bytes_ = 0;
  uint64_t taken_bytes_ = 0;
  bool secure_;
  bool ending_ = false;
};

}  // namespace eyas::http
