#include "http/websocket_frame.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/utf8.h"

namespace eyas::http {
namespace {

constexpr size_t kKeptCapacity =
    4096;  // a message buffer larger than this is given back once the message is done

bool is_control(Opcode opcode) {
  return static_cast<uint8_t>(opcode) >= 8;
}

bool is_known(uint8_t opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

// [RFC 6455 7.4] Codes that may be on the wire; 1004 to 1006 and 1015 may not.
bool is_sendable_code(uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

// Bytes of a frame's header, once its first two are known. The client's frames are always masked.
size_t header_size(uint8_t second) {
  uint8_t length = second & 0x7f;
  return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + 4;
}

}  // namespace

base::Slice frame_header(Opcode opcode, uint64_t payload_bytes) {
  base::ByteWriter out(10);
  out.u8(0x80 | static_cast<uint8_t>(opcode));
  if (payload_bytes < 126) {
    out.u8(static_cast<uint8_t>(payload_bytes));
  } else if (payload_bytes <= 0xffff) {
    out.u8(126);
    out.u16(static_cast<uint16_t>(payload_bytes));
  } else {
    out.u8(127);
    out.u64(payload_bytes);
  }
  return base::Slice(out.take());
}

std::optional<std::string> websocket_accept(std::string_view key) {
  // 16 bytes are 22 digits and "==".
  if (key.size() != 24 || !key.ends_with("==")) return std::nullopt;
  std::array<uint8_t, 18> decoded;
  if (EVP_DecodeBlock(decoded.data(), base::as_bytes(key).data(), static_cast<int>(key.size())) != 18)
    return std::nullopt;
  std::string joined = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned digest_bytes = 0;
  if (EVP_Digest(joined.data(), joined.size(), digest.data(), &digest_bytes, EVP_sha1(), nullptr) != 1)
    return std::nullopt;
  return base::base64(base::Bytes(digest).first(digest_bytes));
}

base::Error WebSocketReader::fail(CloseCode code, const char* why) {
  close_code_ = code;
  closed_ = true;
  return {code == CloseCode::kTooBig ? base::Code::kLimit : base::Code::kMalformed, why, {}};
}

bool WebSocketReader::header_complete() const {
  return header_bytes_ >= 2 && header_bytes_ == header_size(header_[1]);
}

base::Status WebSocketReader::feed(base::Bytes bytes, Sink& sink) {
  while (!bytes.empty() && !closed_) {
    if (!in_payload_) {
      header_[header_bytes_++] = bytes.front();
      bytes = bytes.subspan(1);
      // [RFC 6455 5.1] An unmasked frame is refused before its length is believed.
      if (header_bytes_ == 2 && !(header_[1] & 0x80))
        return fail(CloseCode::kProtocolError, "websocket: unmasked frame");
      if (!header_complete()) continue;
      if (auto begun = begin_frame(); !begun) return begun;
    } else {
      size_t count = static_cast<size_t>(std::min<uint64_t>(payload_left_, bytes.size()));
      auto& into = is_control(opcode_) ? control_ : message_;
      size_t at = into.size();
      into.insert(into.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(count));
      for (; at < into.size(); ++at) into[at] ^= mask_[mask_at_++ & 3];
      payload_left_ -= count;
      bytes = bytes.subspan(count);
    }
    if (payload_left_ == 0) {
      in_payload_ = false;
      if (auto finished = finish_frame(sink); !finished) return finished;
    }
  }
  return {};
}

base::Status WebSocketReader::begin_frame() {
  base::ByteReader in({header_, header_bytes_});
  uint8_t first = in.u8();
  uint64_t length = in.u8() & 0x7f;
  if (length == 126) {
    length = in.u16();
    if (length < 126) return fail(CloseCode::kProtocolError, "websocket: length is not minimal");
  } else if (length == 127) {
    length = in.u64();
    if (length <= 0xffff || length >> 63)
      return fail(CloseCode::kProtocolError, "websocket: length is not minimal");
  }
  base::Bytes mask = in.take(4);
  std::copy(mask.begin(), mask.end(), mask_);
  mask_at_ = 0;
  header_bytes_ = 0;
  if (first & 0x70) return fail(CloseCode::kProtocolError, "websocket: reserved bits");
  if (!is_known(first & 0x0f)) return fail(CloseCode::kProtocolError, "websocket: opcode");
  fin_ = first & 0x80;
  opcode_ = static_cast<Opcode>(first & 0x0f);
  in_payload_ = true;
  payload_left_ = length;
  if (is_control(opcode_)) {
    // [RFC 6455 5.5] Control frames are short and whole.
    if (!fin_ || length > kControlBytesMax)
      return fail(CloseCode::kProtocolError, "websocket: control frame");
    control_.clear();
    return {};
  }
  bool continues = opcode_ == Opcode::kContinuation;
  if (continues != message_kind_.has_value()) return fail(CloseCode::kProtocolError, "websocket: fragments");
  if (!continues)
    message_kind_ = opcode_ == Opcode::kText ? WebSocket::Kind::kText : WebSocket::Kind::kBinary;
  if (length > message_bytes_max_ - message_.size()) return fail(CloseCode::kTooBig, "websocket: message");
  return {};
}

base::Status WebSocketReader::finish_frame(Sink& sink) {
  if (is_control(opcode_)) return finish_control(sink);
  if (!fin_) return {};
  WebSocket::Kind kind = *message_kind_;
  message_kind_.reset();
  if (kind == WebSocket::Kind::kText && !base::is_utf8(message_)) {
    return fail(CloseCode::kInvalidPayload, "websocket: text is not UTF-8");
  }
  // Moved out first: the callee may be what owns us.
  std::vector<uint8_t> message = std::move(message_);
  message_ = {};
  sink.on_message(kind, message);
  if (message.capacity() <= kKeptCapacity && message_.capacity() == 0) {
    message.clear();
    message_ = std::move(message);
  }
  return {};
}

base::Status WebSocketReader::finish_control(Sink& sink) {
  if (opcode_ == Opcode::kPing) return sink.on_ping(control_), base::Status();
  if (opcode_ == Opcode::kPong) return sink.on_pong(), base::Status();
  // [RFC 6455 5.5.1]
  uint16_t code = 1005;
  if (!control_.empty()) {
    base::ByteReader in(control_);
    code = in.u16();
    if (!in.ok() || !is_sendable_code(code)) return fail(CloseCode::kProtocolError, "websocket: close code");
    if (!base::is_utf8(in.rest())) return fail(CloseCode::kInvalidPayload, "websocket: close reason");
  }
  closed_ = true;
  sink.on_close(code);
  return {};
}

}  // namespace eyas::http
