#include "http/cors.h"

#include <algorithm>

#include "base/words.h"

namespace eyas::http {
namespace {

bool is_own_origin(const Request& request, std::string_view origin) {
  // The scheme is not compared: behind a proxy that ends TLS, ours is always http.
  size_t scheme_end = origin.find("://");
  return scheme_end != origin.npos && !request.authority.empty() &&
         origin.substr(scheme_end + 3) == request.authority;
}

// Pages cannot leave both away: a browser names the page's origin to what changes something, and its
// languages to everybody.
bool is_from_browser(const Request& request) {
  return request.header("origin") || request.header("accept-language");
}

bool is_strangers_to_take(std::string_view host) {
  bool address = host.starts_with('[') || host.find_first_not_of("0123456789.") == host.npos;
  return !address && host.find('.') != host.npos && !host.ends_with(".local") &&
         !host.ends_with(".localhost");
}

bool is_listed(const std::vector<std::string>& origins, std::string_view origin) {
  return std::any_of(origins.begin(), origins.end(), [&](const auto& o) { return o == "*" || o == origin; });
}

}  // namespace

bool origin_allowed(const Request& request, const RouteOptions& route,
                    const std::vector<std::string>& origins) {
  auto origin = request.header("origin");
  return !origin || route.cors == Cors::kAny || is_own_origin(request, *origin) ||
         is_listed(origins, *origin);
}

bool goes_by_foreign_name(const Request& request, const RouteOptions& route,
                          const std::vector<std::string>& names) {
  if (route.cors == Cors::kAny || request.secure || !is_from_browser(request)) return false;
  std::string host = base::lowered(request.authority);
  if (!host.starts_with('[')) host.resize(std::min(host.find(':'), host.size()));
  if (host.ends_with('.')) host.pop_back();
  return is_strangers_to_take(host) && !is_listed(names, host);
}

void add_cors_headers(const Request& request, const RouteOptions& route,
                      const std::vector<std::string>& origins, Headers& headers) {
  constexpr std::string_view kExposed = "Content-Length, Content-Range, Date, ETag, Location, Link";
  if (route.cors == Cors::kAny) {
    headers.set("access-control-allow-origin", "*");
    headers.set("access-control-expose-headers", kExposed);
    return;
  }
  if (origins.empty()) return;
  headers.add("vary", "Origin");
  auto origin = request.header("origin");
  if (!origin || !is_listed(origins, *origin)) return;
  headers.set("access-control-allow-origin", *origin);
  headers.set("access-control-expose-headers", kExposed);
}

Response answer_options(const Request& request, const RouteOptions& route,
                        const std::vector<std::string>& origins, const std::vector<Method>& allowed) {
  Response response(204);
  response.headers.set("allow", allow_list(allowed));
  if (!request.header("access-control-request-method") || !origin_allowed(request, route, origins))
    return response;
  response.headers.set("access-control-allow-methods", allow_list(allowed));
  if (auto wanted = request.header("access-control-request-headers")) {
    response.headers.set("access-control-allow-headers", *wanted);
  }
  response.headers.set("access-control-max-age", "600");
  return response;
}

std::string allow_list(const std::vector<Method>& allowed) {
  std::vector<Method> methods = allowed;
  if (std::find(methods.begin(), methods.end(), Method::kGet) != methods.end())
    methods.push_back(Method::kHead);
  methods.push_back(Method::kOptions);
  std::sort(methods.begin(), methods.end());
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
  std::string out;
  for (Method method : methods) {
    if (!out.empty()) out += ", ";
    out += method_name(method);
  }
  return out;
}

}  // namespace eyas::http
