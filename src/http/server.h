// Server: speaks HTTP on the connections that it is given.
#pragma once

#include <memory>

#include "base/task.h"
#include "http/options.h"
#include "http/router.h"
#include "http/stats.h"

namespace eyas::io {
class AddressCensus;
class ByteStream;
class Executor;
}  // namespace eyas::io

namespace eyas::http {

// What the servers of all loops have in common. Thread-safe.
struct Shared {
  Shared();
  ~Shared();
  Stats stats;
  std::unique_ptr<io::AddressCensus> census;  // counts connections by address, over all loops
};

// One per loop; lives on it. `router` must outlive it. Destroying it closes every connection at once.
class Server {
 public:
  Server(io::Executor& executor, const Router& router, Options options, std::shared_ptr<Shared> shared);
  ~Server();

  // Takes a connection over, or closes it when a connection limit is hit. HTTP/2 is recognised by its
  // preface, in TLS (where ALPN agreed on it) and in cleartext. `secure`: it came over TLS.
  void adopt(std::unique_ptr<io::ByteStream> stream, bool secure = false);
  // New limits, for connections adopted from now on and for new requests.
  void set_options(Options options);

  // Two-phase closing: idle connections close now, others after their present response (Connection: close,
  // GOAWAY); endless bodies and WebSockets end at the deadline. `done` is called once, from the loop, when
  // none is left.
  void drain(base::Duration deadline, base::Task done);

  size_t connections() const;
  const Stats& stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eyas::http
