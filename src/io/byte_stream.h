// ByteStream: one connection that carries bytes in order: TCP, TLS, a socket pair or a simulated one.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "base/slice.h"
#include "io/executor.h"

namespace eyas::io {

// Lives on its loop. Destroying it closes the connection silently; do not destroy it inside `on_data` or
// `on_drained`.
class ByteStream {
 public:
  // The owner of the connection. All calls come from the loop, never from inside a call into the stream.
  struct Handler {
    virtual ~Handler() = default;
    // `bytes` are valid during the call only, and all of them are consumed by it.
    virtual void on_data(base::Bytes bytes) = 0;
    // pending() is zero again after a send() that left something.
    virtual void on_drained() {}
    // Once; nothing follows it. The handler may destroy the stream here.
    virtual void on_closed(const base::Error& why) = 0;
  };

  virtual ~ByteStream() = default;

  virtual void start(Handler& handler) = 0;
  // Writes now what the kernel takes, and holds the slices of the rest. Returns pending().
  virtual size_t send(std::span<const base::Slice> slices) = 0;
  // Bytes accepted by send() that the kernel does not have yet.
  virtual size_t pending() const = 0;
  virtual void pause_reading(bool paused) = 0;
  // Sends what is pending, waits a bounded time for it, then closes. on_closed follows.
  virtual void close_after_flush() = 0;
  // Closes now; on_closed follows from the loop with this reason.
  virtual void close(base::Error why) = 0;
  // "127.0.0.1:50123", "[::1]:50123"; "socketpair" for a worker.
  virtual std::string peer() const = 0;
  // The protocol agreed by ALPN ("h2"), empty without TLS or agreement. Known before the first on_data.
  virtual std::string alpn() const { return {}; }
  // Nobody on the way reads along: TLS stands in front.
  virtual bool encrypted() const { return false; }
  virtual Executor& executor() = 0;
};

}  // namespace eyas::io
