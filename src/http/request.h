// One request as handlers see it, the same over HTTP/1.1 and HTTP/2.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/slice.h"

namespace eyas::http {

class BodySink;

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
const char* method_name(Method method);
std::optional<Method> method_from(std::string_view name);

enum class Version : uint8_t { kHttp10, kHttp11, kHttp2 };

// Header lines in their order. Names are held in lower case; lookups want lower case.
class Headers {
 public:
  struct Line {
    std::string name;
    std::string value;
  };
  // The first line of that name.
  std::optional<std::string_view> get(std::string_view name) const;
  // All lines of that name joined by ", " [RFC 9110 5.2]; empty when there is none.
  std::string joined(std::string_view name) const;
  size_t count(std::string_view name) const;
  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);  // replaces all lines of that name
  void remove(std::string_view name);
  const std::vector<Line>& lines() const { return lines_; }

 private:
  std::vector<Line> lines_;
};

struct Request {
  Method method = Method::kGet;
  Version version = Version::kHttp11;
  std::string
      path;  // percent-decoded, "/"-led, without dot segments, empty segments, control bytes or backslashes
  std::string raw_query;                                    // after "?", as sent
  std::vector<std::pair<std::string, std::string>> query;   // decoded, in order
  std::vector<std::pair<std::string, std::string>> params;  // what the route's {names} matched
  Headers headers;
  base::Slice body;
  std::shared_ptr<BodySink> sink;   // has the body, on routes with RouteOptions::open_sink
  std::string authority;            // Host or :authority, as sent
  std::string peer;                 // "127.0.0.1:50123"
  bool secure = false;              // came over TLS
  bool connects_websocket = false;  // HTTP/2: an extended CONNECT [RFC 8441 4]; `method` is then kGet

  // A route parameter; empty when the pattern has no such name.
  std::string_view param(std::string_view name) const;
  // The first query argument of that name.
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::optional<std::string_view> header(std::string_view name) const { return headers.get(name); }
  bool wants_websocket() const;  // GET with Upgrade: websocket (HTTP/1.1), or an extended CONNECT (HTTP/2)
};

// Immutable once a handler has it; keep it as long as you like.
using RequestPtr = std::shared_ptr<const Request>;

}  // namespace eyas::http
