#include "http/dispatch.h"

#include <exception>

#include "base/log.h"
#include "http/cors.h"

namespace eyas::http {
namespace {

bool is_unsafe(Method method) {
  return method != Method::kGet && method != Method::kHead && method != Method::kOptions;
}

// The route that a preflight asks about, so that the answer follows that route's rule.
RouteOptions asked_route(const Router& router, const Request& request, const Router::Match& match) {
  auto wanted = request.header("access-control-request-method");
  Method method = wanted ? method_from(*wanted).value_or(match.allowed.front()) : match.allowed.front();
  const Router::Route* route = router.match(method, request.path).route;
  return route ? route->options : RouteOptions{};
}

}  // namespace

void dispatch(const Router& router, const Options& options, Router::Match match,
              std::shared_ptr<Request> request, std::shared_ptr<ExchangeState> state) {
  request->params = std::move(match.params);
  state->request = request;
  Exchange exchange(state);
  if (match.route) {
    state->route = match.route->options;
    if (goes_by_foreign_name(*request, state->route, options.names)) {
      return exchange.respond(
          Response::error(421, "foreign_name",
                          "this server does not go by the name " + request->authority + ": see http.names"));
    }
    // A form on another site can send a POST without asking: no preflight protects from that.
    if (is_unsafe(request->method) && !origin_allowed(*request, state->route, options.cors_origins)) {
      return exchange.respond(Response::error(403, "origin_refused", "another site may not do this"));
    }
    try {
      match.route->handler(std::move(request), exchange);
    } catch (const std::exception& failure) {
      base::log::error("http.handler_failed", {{"route", match.route->pattern}, {"why", failure.what()}});
      exchange.respond(Response::error(500, "internal", "the server failed to answer"));
    }
    return;
  }
  if (match.allowed.empty()) {
    return exchange.respond(Response::error(404, "not_found", "nothing is at " + request->path));
  }
  if (request->method == Method::kOptions) {
    state->route = asked_route(router, *request, match);
    return exchange.respond(answer_options(*request, state->route, options.cors_origins, match.allowed));
  }
  exchange.respond(Response::error(405, "method_not_allowed", "this address does not do that")
                       .header("allow", allow_list(match.allowed)));
}

OpenedSink open_sink(const RouteOptions& route, const Options& options, const Request& head,
                     io::Executor& executor) {
  // Before its first byte is taken: dispatch() would ask when all of it is on the disk.
  if (!origin_allowed(head, route, options.cors_origins))
    return Response::error(403, "origin_refused", "another site may not do this");
  return route.open_sink(head, executor);
}

}  // namespace eyas::http
