#include "http/response.h"

#include <array>

#include "base/utf8.h"

namespace eyas::http {

Response Response::bytes(std::string_view content_type, base::Slice body, int status) {
  Response response(status);
  response.headers.set("content-type", content_type);
  response.body.push_back(std::move(body));
  return response;
}

Response Response::text(std::string_view body, int status) {
  return bytes("text/plain; charset=utf-8", base::Slice::copy_of(body), status);
}

Response Response::json(std::string_view body, int status) {
  Response response = bytes("application/json", base::Slice::copy_of(body), status);
  response.headers.set("cache-control", "no-store");
  return response;
}

Response Response::error(int status, std::string_view code, std::string_view message) {
  return json("{\"error\":{\"code\":" + json_quoted(code) + ",\"message\":" + json_quoted(message) + "}}",
              status);
}

size_t Response::body_bytes() const {
  size_t total = 0;
  for (const base::Slice& slice : body) total += slice.size();
  return total;
}

const char* reason_phrase(int status) {
  struct Phrase {
    int status;
    const char* text;
  };
  static constexpr std::array<Phrase, 35> kPhrases = {{
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {411, "Length Required"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {421, "Misdirected Request"},
      {426, "Upgrade Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {507, "Insufficient Storage"},
  }};
  for (const Phrase& phrase : kPhrases) {
    if (phrase.status == status) return phrase.text;
  }
  return "Status";
}

std::string json_quoted(std::string_view text) {
  return base::json_quoted(text);
}

}  // namespace eyas::http
