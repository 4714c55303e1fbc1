// WebSocket frames [RFC 6455 5]: bytes <-> messages. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/slice.h"
#include "http/websocket.h"

namespace eyas::http {

enum class Opcode : uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

// What an endpoint sends before a payload of that size: 2 to 10 bytes, FIN set, not masked (servers never
// mask).
base::Slice frame_header(Opcode opcode, uint64_t payload_bytes);

// "Sec-WebSocket-Accept" for a "Sec-WebSocket-Key" [RFC 6455 4.2.2]; nullopt when the key is not 16 bytes in
// base64.
std::optional<std::string> websocket_accept(std::string_view key);

// Reads the client's side of a connection, in pieces of any size. Holds at most one message.
class WebSocketReader {
 public:
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_message(WebSocket::Kind kind, base::Bytes payload) = 0;
    virtual void on_ping(base::Bytes payload) = 0;
    virtual void on_pong() = 0;
    // `code` is 1005 when the frame held none. Nothing follows.
    virtual void on_close(uint16_t code) = 0;
  };

  explicit WebSocketReader(size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  // Consumes all bytes. An error ends the connection, with close_code().
  base::Status feed(base::Bytes bytes, Sink& sink);
  CloseCode close_code() const { return close_code_; }

 private:
  static constexpr size_t kControlBytesMax = 125;  // [RFC 6455 5.5]

  bool header_complete() const;
  base::Status begin_frame();
  base::Status finish_frame(Sink& sink);
  base::Status finish_control(Sink& sink);
  base::Error fail(CloseCode code, const char* why);

  size_t message_bytes_max_;
  uint8_t header_[14];
  uint8_t header_bytes_ = 0;
  bool in_payload_ = false;
  bool fin_ = false;
  bool closed_ = false;
  Opcode opcode_ = Opcode::kContinuation;
  std::optional<WebSocket::Kind> message_kind_;  // set between a message's first frame and its last
  uint64_t payload_left_ = 0;
  uint8_t mask_[4];
  uint32_t mask_at_ = 0;
  std::vector<uint8_t> message_;
  std::vector<uint8_t> control_;
  CloseCode close_code_ = CloseCode::kProtocolError;
};

}  // namespace eyas::http
