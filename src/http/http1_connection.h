// HTTP/1.1 on a Connection: one request at a time, pipelined ones wait their turn.
#pragma once

#include <memory>
#include <vector>

#include "http/connection.h"
#include "http/exchange_state.h"
#include "http/http1_parser.h"
#include "http/websocket_session.h"

namespace eyas::http {

// Lives on its connection's loop.
class Http1Connection final : public Protocol, Transport, WebSocketLink {
 public:
  explicit Http1Connection(Connection& connection);
  ~Http1Connection() override;

  void on_data(base::Bytes bytes) override;
  void on_drained() override;
  void on_closed() override;
  void sweep(base::MonoTime now) override;
  void drain() override;

 private:
  enum class State : uint8_t {
    kIdle,       // between requests
    kHead,       // a request has begun
    kBody,       // its head is whole
    kAnswering,  // it is with its handler
    kWebSocket,
    kClosed,  // nothing more is read
  };
  // What is held only while a request is being read: an idle or streaming connection stays small.
  struct Incoming {
    explicit Incoming(const Options& options) : parser(options) {}
    Http1Parser parser;
    std::shared_ptr<Request> request;
    Router::Match match;
    std::shared_ptr<BodySink> sink;
  };
  enum class Framing : uint8_t { kUntilClose, kChunked, kLength, kNoBody };

  void advance();
  bool step();
  bool may_read() const;
  void on_head();
  void on_request();
  bool open_sink();
  bool fill_sink();
  // Answers what could not be read or came too late, and closes.
  void refuse(int status, const char* why);
  void refuse(Response response);
  void send_head(int status, const Headers& headers, bool keep, Version version,
                 std::vector<base::Slice>& out);
  // The answer is out: the next request, or the end.
  void next_request();
  void discard_input();

  // Transport
  void respond(ExchangeState& exchange, Response response) override;
  void begin_body(ExchangeState& exchange, StreamHead head) override;
  size_t send_body(ExchangeState& exchange, std::span<const base::Slice> slices) override;
  size_t pending_body(const ExchangeState&) const override { return connection_.pending(); }
  void finish_body(ExchangeState& exchange) override;
  void reset_body(ExchangeState& exchange) override;
  std::shared_ptr<WebSocketSession> upgrade(ExchangeState& exchange, std::string_view accept, Headers headers,
                                            const WebSocketOptions& options) override;
  const std::vector<std::string>& cors_origins() const override { return connection_.options().cors_origins; }

  // WebSocketLink
  size_t send_bytes(std::span<const base::Slice> slices) override { return connection_.send(slices); }
  size_t pending_bytes() const override { return connection_.pending(); }
  void end() override { connection_.end(); }

  Connection& connection_;
  std::vector<uint8_t> in_;  // not yet read by a parser
  std::unique_ptr<Incoming> incoming_;
  ExchangeState* exchange_ = nullptr;  // owned by its handles; set from dispatch to the end of the answer
  std::shared_ptr<WebSocketSession> websocket_;
  io::Timer resume_;         // input is waiting to be looked at, outside the caller's stack
  base::MonoTime deadline_;  // of kIdle, kHead, kBody
  uint64_t body_left_ = 0;   // Framing::kLength
  uint32_t requests_ = 0;
  State state_ = State::kIdle;
  Framing framing_ = Framing::kNoBody;
  bool keep_alive_ = false;
  bool draining_ = false;
  bool advancing_ = false;
  bool paused_ = false;
};

}  // namespace eyas::http
