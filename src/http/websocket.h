// WebSocket [RFC 6455] on a connection that began as HTTP. No extensions: permessage-deflate is never agreed
// to.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/slice.h"
#include "base/task.h"
#include "base/time.h"

namespace eyas::http {

class WebSocketSession;  // internal: websocket_session.h

struct WebSocketOptions {
  size_t message_bytes_max = 64 * 1024;  // received, after joining fragments: close code 1009
  base::Duration ping_interval = std::chrono::seconds(20);  // a peer silent for two intervals is gone
  std::string subprotocol;                                  // answered when the peer offered it
};

// Close codes that we send [RFC 6455 7.4.1].
enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kInvalidPayload = 1007,
  kPolicy = 1008,
  kTooBig = 1009,
  kInternal = 1011,
};

// Move-only handle; destroying it closes with 1001. Lives on its connection's loop.
// Callbacks come from the loop, never inside a call of ours; the WebSocket may be destroyed inside them.
class WebSocket {
 public:
  enum class Kind : uint8_t { kText, kBinary };
  using OnMessage =
      base::UniqueFunction<void(Kind kind, base::Bytes payload)>;  // payload: valid during the call

  WebSocket() = default;
  explicit WebSocket(std::shared_ptr<WebSocketSession> session) : session_(std::move(session)) {}
  WebSocket(WebSocket&&) = default;
  WebSocket& operator=(WebSocket&& other) noexcept;
  ~WebSocket() { close(CloseCode::kGoingAway); }

  // One message of all the slices, unfragmented and not copied. Text must be UTF-8. Returns pending(). 0 once
  // closed.
  size_t send(Kind kind, std::span<const base::Slice> slices);
  size_t send_text(std::string_view text);
  size_t send_binary(const base::Slice& payload) { return send(Kind::kBinary, std::span(&payload, 1)); }
  // Bytes taken by send() that the kernel has not taken yet. Watch it: nothing else bounds what you queue.
  size_t pending() const;

  void on_message(OnMessage callback);
  // pending() is 0 again after a send() that left something.
  void on_drained(base::Task callback);
  // The connection ended, by whomever (but not by this handle); once.
  void on_closed(base::Task callback);
  // Sends a close frame and lets go; the handle is empty afterwards. `reason`: at most 123 bytes.
  void close(CloseCode code = CloseCode::kNormal, std::string_view reason = {});
  bool open() const;

 private:
  std::shared_ptr<WebSocketSession> session_;
};

}  // namespace eyas::http
