// What a handler answers with.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/slice.h"
#include "http/request.h"

namespace eyas::http {

// A whole response. The body is sent as the slices are, without copying (unless gzip applies).
// The server adds Date, Content-Length, CORS and Connection itself, answers If-None-Match against an `etag`
// header with 304, drops the body for HEAD, and compresses text when the peer accepts gzip.
struct Response {
  int status = 200;
  Headers headers;
  std::vector<base::Slice> body;
  bool compressible = true;  // false: never gzip, whatever the type
  // Gives the body as gzip has it, when many are sent the same; asked only if the peer takes gzip. Empty: it
  // is made.
  std::function<base::Slice()> gzipped;
  bool ranges = false;  // true: a single byte range of the body may be asked for [RFC 9110 14]

  Response() = default;
  explicit Response(int status_code) : status(status_code) {}

  static Response bytes(std::string_view content_type, base::Slice body, int status = 200);
  static Response text(std::string_view body, int status = 200);
  static Response json(std::string_view body, int status = 200);
  // {"error":{"code":"not_found","message":"..."}}
  static Response error(int status, std::string_view code, std::string_view message);

  Response& header(std::string_view name, std::string_view value) & {
    return headers.set(name, value), *this;
  }
  Response&& header(std::string_view name, std::string_view value) && {
    return headers.set(name, value), std::move(*this);
  }
  size_t body_bytes() const;
};

// The head of a body that is sent bit by bit; see BodyStream. Never compressed.
struct StreamHead {
  enum class Framing : uint8_t {
    kUntilClose,  // HTTP/1.1: raw bytes until the connection closes; what FLV players want
    kChunked,     // HTTP/1.1: chunks, the connection lives on
    kLength,      // exactly `content_length` bytes
  };
  int status = 200;
  Headers headers;
  Framing framing = Framing::kUntilClose;  // HTTP/2 always uses its own frames
  uint64_t content_length = 0;
};

const char* reason_phrase(int status);
// A JSON string literal of the text, quotes included; bytes that are not UTF-8 are replaced.
std::string json_quoted(std::string_view text);

}  // namespace eyas::http
