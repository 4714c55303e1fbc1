// HTTP/2 [RFC 9113] on a Connection. nghttp2 does frames, HPACK and flow control; streams carry the
// exchanges.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/connection.h"
#include "http/exchange_state.h"
#include "http/websocket_session.h"

namespace eyas::http {

// Lives on its connection's loop.
class Http2Connection final : public Protocol, Transport {
 public:
  explicit Http2Connection(Connection& connection);
  ~Http2Connection() override;

  void on_data(base::Bytes bytes) override;
  void on_drained() override;
  void on_closed() override;
  void sweep(base::MonoTime now) override;
  void drain() override;

 private:
  // A WebSocket on a stream [RFC 8441].
  struct Socket final : WebSocketLink {
    Socket(Http2Connection& c, int32_t stream) : connection(c), id(stream) {}
    size_t send_bytes(std::span<const base::Slice> slices) override;
    size_t pending_bytes() const override;
    void end() override;

    Http2Connection& connection;
    int32_t id;
    std::shared_ptr<WebSocketSession> session;
  };
  struct Stream {
    int32_t id = 0;
    std::shared_ptr<Request> request = std::make_shared<Request>();
    Router::Match match;
    std::string method, target, protocol;
    std::vector<uint8_t> body;  // of the request; what a WebSocket has yet to hear
    size_t header_bytes = 0;
    size_t body_bytes_max = 0;
    size_t body_bytes = 0;           // that came in all
    std::shared_ptr<BodySink> sink;  // takes the body, once it is made
    bool wants_sink = false;
    int refused = 0;        // the status to answer without asking a handler
    bool has_head = false;  // all header lines came
    bool complete = false;  // the request is whole
    bool head_sent = false;
    bool discards_body = false;         // the answer to HEAD
    base::MonoTime deadline;            // of the request being read
    ExchangeState* exchange = nullptr;  // owned by its handles
    std::deque<base::Slice> out;        // the answer's body, not yet in frames
    size_t out_bytes = 0;
    bool out_ended = false;
    bool out_waits = false;     // nghttp2 was told that there is nothing now
    bool told_pending = false;  // a send() left something: on_drained is due
    std::unique_ptr<Socket> socket;
    bool peer_ended = false;  // the peer of a WebSocket said its last
  };
  class Callbacks;  // nghttp2's side, in the .cc
  friend class Callbacks;

  // Lets nghttp2 make frames of what it can, sends them, tells streams that drained.
  void flush();
  void tell_drained();
  void process_ready();
  void dispatch_stream(Stream& stream);
  void on_request_head(Stream& stream);
  void refuse(Stream& stream, int status);
  // Of requests that are not whole yet. All together may hold two bodies of the largest size (then 503): a
  // peer that begins on every stream and ends none would hold h2_streams_max of them.
  size_t bodies_bytes() const;
  size_t bodies_bytes_max(const Stream& stream) const;
  void submit_head(Stream& stream, int status, const Headers& headers, bool with_body);
  void append(Stream& stream, std::span<const base::Slice> slices);
  void resume(Stream& stream);
  bool too_many_resets();
  Stream* find(int32_t id);
  // Who asked for a WebSocket ends the stream after our answer, or is reset.
  void await_end(Stream& stream);
  void process_heard();
  void fill_sinks();
  // False when it was answered.
  bool fill_sink(Stream& stream);
  void refuse_body(Stream& stream, Response response);
  // No sink is busy any more. Also when the busy one is gone: nobody is left who would say that it is ready.
  void sink_ready();
  // Reads, or not: while a sink is busy, and while the peer takes none of the answers to its frames. Bodies
  // stop before that; acknowledgements and heads would grow without end.
  void pace();
  std::vector<int32_t> sockets() const;
  // The exchange dies: closed streams that wait in closed_ must not tell it.
  void forget(const ExchangeState& exchange);

  // Transport
  void respond(ExchangeState& exchange, Response response) override;
  void begin_body(ExchangeState& exchange, StreamHead head) override;
  size_t send_body(ExchangeState& exchange, std::span<const base::Slice> slices) override;
  size_t pending_body(const ExchangeState& exchange) const override;
  void finish_body(ExchangeState& exchange) override;
  void reset_body(ExchangeState& exchange) override;
  std::shared_ptr<WebSocketSession> upgrade(ExchangeState& exchange, std::string_view accept, Headers headers,
                                            const WebSocketOptions& options) override;
  const std::vector<std::string>& cors_origins() const override { return connection_.options().cors_origins; }

  Connection& connection_;
  struct Session;  // nghttp2_session
  std::unique_ptr<Session> session_;
  std::unordered_map<int32_t, std::unique_ptr<Stream>> streams_;
  std::vector<int32_t> sinking_;                 // streams with bytes for their sinks, likewise
  std::vector<int32_t> heard_;                   // WebSockets with new bytes, likewise
  std::vector<int32_t> ready_;                   // whole requests, for dispatch after nghttp2 has returned
  std::vector<std::unique_ptr<Stream>> closed_;  // for their owners to be told, likewise
  std::vector<base::Slice> frames_;              // made by nghttp2, on their way to the connection
  std::vector<uint8_t> frame_bytes_;             // small frames, gathered into one slice
  base::MonoTime idle_since_;
  base::MonoTime resets_since_;
  uint32_t resets_ = 0;
  uint32_t requests_ = 0;
  io::Timer later_;  // process_ready is due
  bool draining_ = false;
  bool in_session_ = false;
  bool sink_busy_ = false;
  bool paused_ = false;  // reading is
  bool gone_ = false;
};

}  // namespace eyas::http
