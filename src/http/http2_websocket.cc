// WebSockets over HTTP/2 [RFC 8441]: each is a stream, opened by an extended CONNECT.
#include "http/http2_connection.h"
#include "http/http2_session.h"

namespace eyas::http {

size_t Http2Connection::Socket::send_bytes(std::span<const base::Slice> slices) {
  Stream* stream = connection.find(id);
  if (!stream) return 0;
  connection.append(*stream, slices);
  connection.resume(*stream);
  // resume() may have closed it.
  size_t pending = pending_bytes();
  stream = connection.find(id);
  if (stream && pending > 0) stream->told_pending = true;
  return pending;
}

size_t Http2Connection::Socket::pending_bytes() const {
  Stream* stream = connection.find(id);
  if (!stream || connection.connection_.ending()) return 0;
  return stream->out_bytes + connection.connection_.pending();
}

void Http2Connection::Socket::end() {
  Stream* stream = connection.find(id);
  if (!stream) return;
  stream->out_ended = true;
  connection.await_end(*stream);
  connection.resume(*stream);
}

void Http2Connection::await_end(Stream& stream) {
  stream.complete = false;
  stream.deadline = connection_.now() + connection_.options().body_timeout;
}

std::shared_ptr<WebSocketSession> Http2Connection::upgrade(ExchangeState& exchange, std::string_view,
                                                           Headers headers, const WebSocketOptions& options) {
  Stream* stream = find(exchange.stream_id);
  if (!stream || !exchange.request->connects_websocket) return nullptr;
  exchange.done();
  stream->exchange = nullptr;
  stream->socket = std::make_unique<Socket>(*this, stream->id);
  auto session =
      std::make_shared<WebSocketSession>(*stream->socket, options, connection_.stats(), connection_.now());
  stream->socket->session = session;
  connection_.stats().websockets_opened.fetch_add(1, std::memory_order_relaxed);
  submit_head(*stream, 200, headers, true);
  flush();
  return session;
}

// What WebSockets heard while nghttp2 was reading.
void Http2Connection::process_heard() {
  for (int32_t id : std::exchange(heard_, {})) {
    Stream* stream = find(id);
    if (!stream) continue;
    auto session = stream->socket->session;
    std::vector<uint8_t> bytes = std::exchange(stream->body, {});
    if (!bytes.empty()) session->on_data(bytes, connection_.now());
    stream = find(id);
    if (!stream || !stream->peer_ended) continue;
    session->lose();
    stream = find(id);
    if (!stream) continue;
    stream->out_ended = true;
    resume(*stream);
  }
}

// By id: what a WebSocket is told may end its own stream or another.
std::vector<int32_t> Http2Connection::sockets() const {
  std::vector<int32_t> ids;
  for (const auto& [id, stream] : streams_) {
    if (stream->socket) ids.push_back(id);
  }
  return ids;
}

}  // namespace eyas::http
