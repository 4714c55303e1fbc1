// What an Exchange and its BodyStream share with the connection that carries them.
#pragma once

#include <memory>
#include <span>

#include "http/exchange.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"
#include "io/executor.h"

namespace eyas::http {

// The connection's side, implemented once for HTTP/1.1 and once for HTTP/2. Lives on its loop.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void respond(ExchangeState& exchange, Response response) = 0;
  virtual void begin_body(ExchangeState& exchange, StreamHead head) = 0;
  virtual size_t send_body(ExchangeState& exchange, std::span<const base::Slice> slices) = 0;
  virtual size_t pending_body(const ExchangeState& exchange) const = 0;
  virtual void finish_body(ExchangeState& exchange) = 0;
  virtual void reset_body(ExchangeState& exchange) = 0;
  // Answers 101 with `accept` (HTTP/1.1) or 200 (HTTP/2), and with `headers`; null when the stream has gone.
  virtual std::shared_ptr<WebSocketSession> upgrade(ExchangeState& exchange, std::string_view accept,
                                                    Headers headers, const WebSocketOptions& options) = 0;
  virtual const std::vector<std::string>& cors_origins() const = 0;
};

// Owned by the handles; the connection points to it until it is done. Lives on its connection's loop.
struct ExchangeState : std::enable_shared_from_this<ExchangeState> {
  enum class Phase : uint8_t { kUnanswered, kBody, kDone };

  ExchangeState(Transport& transport_in, io::Executor& executor_in)
      : transport(&transport_in), executor(executor_in) {}
  ~ExchangeState();

  // The peer has gone: tells whoever asked, once.
  void lose();
  // What was sent has left.
  void drained();
  // Nothing more will happen: drops the callbacks and what they hold.
  void done();

  Transport* transport;  // null once the connection has let go
  io::Executor& executor;
  int32_t stream_id = 0;  // HTTP/2
  Phase phase = Phase::kUnanswered;
  RequestPtr request;  // until the head of the answer is sent
  RouteOptions route;
  base::Task on_gone;
  base::Task on_drained;
  base::Task on_closed;
};

}  // namespace eyas::http
