// Exchange: one request's way back to its peer. BodyStream: a body without a known end.
#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "base/slice.h"
#include "base/task.h"
#include "http/response.h"
#include "http/websocket.h"

namespace eyas::io {
class Executor;
}

namespace eyas::http {

struct ExchangeState;  // internal: exchange_state.h

// A body that is sent bit by bit, with the shape of io::ByteStream. Lives on its connection's loop.
// Destroying it before finish() ends the body as broken (the connection closes, or the HTTP/2 stream is
// reset). Callbacks come from the loop, never inside a call of ours; the BodyStream may be destroyed inside
// them.
class BodyStream {
 public:
  BodyStream() = default;
  explicit BodyStream(std::shared_ptr<ExchangeState> state) : state_(std::move(state)) {}
  BodyStream(BodyStream&&) = default;
  BodyStream& operator=(BodyStream&& other) noexcept;
  ~BodyStream() { reset(); }

  // Sends what the peer can take and holds the rest (sharing the slices); returns pending(). 0 once closed.
  size_t send(std::span<const base::Slice> slices);
  size_t send(const base::Slice& slice) { return send(std::span(&slice, 1)); }
  // Bytes taken by send() that the kernel or the peer's flow-control window has not taken yet.
  size_t pending() const;
  // pending() is 0 again after a send() that left something.
  void on_drained(base::Task callback);
  // The peer went away, or the body cannot be sent any further; once. Not called after finish() or
  // destruction.
  void on_closed(base::Task callback);
  // The end of the body; what is pending is still sent. The handle is empty afterwards.
  void finish();
  // Ends the body as broken. The handle is empty afterwards.
  void reset();
  // False once closed or finished.
  bool open() const;

 private:
  std::shared_ptr<ExchangeState> state_;
};

// Copyable; all copies are one exchange. Lives on its connection's loop: answer at once or later, but from
// that loop
// (`executor().post()` comes back to it). When the peer has gone, answering does nothing.
// If the last copy dies unanswered, the peer gets 500.
class Exchange {
 public:
  explicit Exchange(std::shared_ptr<ExchangeState> state) : state_(std::move(state)) {}

  // The whole answer, once; what comes after the first answer is ignored.
  void respond(Response response);
  // The head now, the body through the BodyStream. A closed BodyStream when the peer has gone.
  BodyStream stream(StreamHead head);
  // Checks the handshake [RFC 6455 4.2] and the Origin (same origin, Options::cors_origins, or a route with
  // Cors::kAny), and answers 101. On error it has answered the peer already (400, 403, 426).
  base::Result<WebSocket> upgrade_websocket(const WebSocketOptions& options = {});

  // Called once, from the loop, when the peer goes away before the exchange is answered.
  void on_gone(base::Task callback);
  bool gone() const;
  io::Executor& executor() const;

 private:
  std::shared_ptr<ExchangeState> state_;
};

}  // namespace eyas::http
