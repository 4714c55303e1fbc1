#include "http/websocket_session.h"

#include <vector>

namespace eyas::http {
namespace {

// A peer that sends pings without reading our pongs gets no more of them.
constexpr size_t kPongBacklogMax = 16 * 1024;
constexpr size_t kReasonBytesMax = 123;  // [RFC 6455 5.5]

}  // namespace

void WebSocketSession::on_data(base::Bytes bytes, base::MonoTime now) {
  auto self = shared_from_this();
  heard_ = now;
  pinged_ = false;
  if (closing_) return;
  if (auto read = reader_.feed(bytes, *this); !read) {
    if (reader_.close_code() == CloseCode::kTooBig)
      stats_.hit(Limit::kWebSocketMessage);
    else
      stats_.malformed.fetch_add(1, std::memory_order_relaxed);
    shut(reader_.close_code());
  }
}

void WebSocketSession::on_drained() {
  auto self = shared_from_this();
  auto callback = std::move(on_drained_callback);
  if (!callback) return;
  callback();
  if (open() && !on_drained_callback) on_drained_callback = std::move(callback);
}

void WebSocketSession::lose() {
  auto self = shared_from_this();
  link_ = nullptr;
  on_message_callback = {};
  on_drained_callback = {};
  if (auto callback = std::move(on_closed_callback)) callback();
}

bool WebSocketSession::tick(base::MonoTime now) {
  if (now - heard_ >= 2 * ping_interval_) return false;
  if (now - heard_ >= ping_interval_ && !pinged_ && !closing_) {
    pinged_ = true;
    send(Opcode::kPing, {});
  }
  return true;
}

size_t WebSocketSession::send(Opcode opcode, std::span<const base::Slice> slices) {
  if (!open()) return 0;
  std::vector<base::Slice> parts(1);
  parts.reserve(slices.size() + 1);
  uint64_t total = 0;
  for (const base::Slice& slice : slices) {
    total += slice.size();
    parts.push_back(slice);
  }
  parts[0] = frame_header(opcode, total);
  return link_->send_bytes(parts);
}

void WebSocketSession::close(CloseCode code, std::string_view reason) {
  on_message_callback = {};
  on_drained_callback = {};
  on_closed_callback = {};
  shut(code, reason);
}

void WebSocketSession::shut(CloseCode code, std::string_view reason) {
  if (!open()) return;
  base::ByteWriter payload;
  payload.u16(static_cast<uint16_t>(code));
  payload.text(reason.substr(0, kReasonBytesMax));
  base::Slice body(payload.take());
  send(Opcode::kClose, std::span(&body, 1));
  closing_ = true;
  link_->end();
}

void WebSocketSession::on_message(WebSocket::Kind kind, base::Bytes payload) {
  auto callback = std::move(on_message_callback);
  if (!callback) return;
  callback(kind, payload);
  if (open() && !on_message_callback) on_message_callback = std::move(callback);
}

void WebSocketSession::on_ping(base::Bytes payload) {
  if (pending() > kPongBacklogMax) return;
  base::Slice echo = base::Slice::copy_of(payload);
  send(Opcode::kPong, std::span(&echo, 1));
}

// [RFC 6455 5.5.1] The answer carries the same code; 1005 stands for none and is not sent.
void WebSocketSession::on_close(uint16_t code) {
  shut(code == 1005 ? CloseCode::kNormal : static_cast<CloseCode>(code));
}

WebSocket& WebSocket::operator=(WebSocket&& other) noexcept {
  if (this != &other) {
    close(CloseCode::kGoingAway);
    session_ = std::move(other.session_);
  }
  return *this;
}

size_t WebSocket::send(Kind kind, std::span<const base::Slice> slices) {
  return session_ ? session_->send(kind == Kind::kText ? Opcode::kText : Opcode::kBinary, slices) : 0;
}

size_t WebSocket::send_text(std::string_view text) {
  base::Slice payload = base::Slice::copy_of(text);
  return send(Kind::kText, std::span(&payload, 1));
}

size_t WebSocket::pending() const {
  return session_ ? session_->pending() : 0;
}

void WebSocket::on_message(OnMessage callback) {
  if (session_) session_->on_message_callback = std::move(callback);
}

void WebSocket::on_drained(base::Task callback) {
  if (session_) session_->on_drained_callback = std::move(callback);
}

void WebSocket::on_closed(base::Task callback) {
  if (session_) session_->on_closed_callback = std::move(callback);
}

void WebSocket::close(CloseCode code, std::string_view reason) {
  if (auto session = std::move(session_)) session->close(code, reason);
}

bool WebSocket::open() const {
  return session_ && session_->open();
}

}  // namespace eyas::http
