// WebSocketSession: what a WebSocket handle and its connection share.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/time.h"
#include "http/stats.h"
#include "http/websocket.h"
#include "http/websocket_frame.h"

namespace eyas::http {

// The connection under a WebSocket. Lives on its loop.
struct WebSocketLink {
  virtual ~WebSocketLink() = default;
  virtual size_t send_bytes(std::span<const base::Slice> slices) = 0;
  virtual size_t pending_bytes() const = 0;
  // Nothing more will be sent: flush, then close.
  virtual void end() = 0;
};

// Lives on its connection's loop; held by the connection until it dies and by the handle until it lets go.
class WebSocketSession final : WebSocketReader::Sink, public std::enable_shared_from_this<WebSocketSession> {
 public:
  WebSocketSession(WebSocketLink& link, const WebSocketOptions& options, Stats& stats, base::MonoTime now)
      : link_(&link),
        reader_(options.message_bytes_max),
        stats_(stats),
        ping_interval_(options.ping_interval),
        heard_(now) {}

  // From the connection.
  void on_data(base::Bytes bytes, base::MonoTime now);
  void on_drained();
  // The connection has gone: the handle's owner is told.
  void lose();
  // Pings a silent peer; false when it has been silent for two intervals.
  bool tick(base::MonoTime now);
  // The server is closing.
  void close_from_server() { shut(CloseCode::kGoingAway); }

  // From the handle.
  size_t send(Opcode opcode, std::span<const base::Slice> slices);
  size_t pending() const { return link_ ? link_->pending_bytes() : 0; }
  bool open() const { return link_ && !closing_; }
  void close(CloseCode code, std::string_view reason);

  WebSocket::OnMessage on_message_callback;
  base::Task on_drained_callback;
  base::Task on_closed_callback;

 private:
  void on_message(WebSocket::Kind kind, base::Bytes payload) override;
  void on_ping(base::Bytes payload) override;
  void on_pong() override {}
  void on_close(uint16_t code) override;
  // Sends a close frame, ends the connection.
  void shut(CloseCode code, std::string_view reason = {});

  WebSocketLink* link_;
  WebSocketReader reader_;
  Stats& stats_;
  base::Duration ping_interval_;
  base::MonoTime heard_;  // when the peer last sent anything
  bool pinged_ = false;   // since then
  bool closing_ = false;  // our close frame has been sent
};

}  // namespace eyas::http
