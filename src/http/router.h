// Router: which handler answers which method and path.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/body_sink.h"
#include "http/exchange.h"
#include "http/request.h"

namespace eyas::http {

// Called on the loop of the connection that asked: with several loops a handler must be thread-safe.
using Handler = std::function<void(RequestPtr request, Exchange exchange)>;

enum class Cors : uint8_t {
  kSameOrigin,  // and Options::cors_origins: the API
  kAny,         // "*", without credentials: media
};

struct RouteOptions {
  Cors cors = Cors::kSameOrigin;
  size_t body_bytes_max = 0;  // 0: Options::body_bytes_max. Raises or lowers it for this route.
  OpenSink open_sink = {};    // takes the body as it comes, however large
};

// Filled at start, const afterwards (then thread-safe).
//
// A pattern is segments between slashes. A segment is literal ("api"), a parameter ("{name}", never empty),
// or a parameter with literal text around it ("{name}.flv", "seg-{n}.m4s"). A last segment "{rest...}" takes
// what is left of the path, slashes included, and may be empty. When several patterns match, the one wins
// that is more literal, compared segment by segment from the left: literal, then parameter with text, then
// parameter, then rest.
class Router {
 public:
  // HEAD is answered by a GET route (the body is dropped by the server) unless it has a route of its own.
  // A pattern that is malformed or taken is a programmer's error (CHECK).
  void add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});
  // Answers GET and HEAD of every path that no pattern matches (the web page).
  void set_fallback(Handler handler, RouteOptions options = {});

  struct Route {
    std::string pattern;
    Handler handler;
    RouteOptions options;
  };
  struct Match {
    const Route* route = nullptr;  // null: nothing for this path and method
    std::vector<std::pair<std::string, std::string>> params;
    std::vector<Method>
        allowed;  // when the path is known but not the method: for 405 and Allow, and for preflight
  };
  Match match(Method method, std::string_view path) const;

 private:
  struct Segment {
    std::string prefix, name, suffix;  // name empty: literal `prefix`
    bool rest = false;
    int rank() const { return rest ? 3 : name.empty() ? 0 : prefix.empty() && suffix.empty() ? 2 : 1; }
  };
  struct Entry {
    Method method;
    std::vector<Segment> segments;
    Route route;
  };
  static std::vector<Segment> parse(std::string_view pattern);
  using Params = std::vector<std::pair<std::string, std::string>>;
  static bool matches(const std::vector<Segment>& segments, std::string_view path);
  // What a matching path has in the places of the parameters.
  static Params params_of(const std::vector<Segment>& segments, std::string_view path);
  static bool more_literal(const Entry& a, const Entry& b);

  std::vector<Entry> entries_;  // most literal first
  Route fallback_;
};

}  // namespace eyas::http
