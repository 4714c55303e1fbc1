#include "protocols/data/viewer.h"

namespace eyas::data {

void add_routes(http::Router& router, const Parts& parts) {
  auto handler = [parts](http::RequestPtr request, http::Exchange exchange) {
    auto name = hub::StreamName::parse(request->param("app"), request->param("name"));
    if (!name) return exchange.respond(http::Response::error(404, "not_found", name.error().message()));
    auto track = wanted_track(request->query_value("track"));
    if (!track) return exchange.respond(http::Response::error(400, "malformed", track.error().message()));
    std::make_shared<Viewer>(parts, std::move(request), std::move(exchange), *name, *track)->start();
  };
  router.add(http::Method::kGet, "/{app}/{name}/data", handler,
             {.cors = http::Cors::kAny, .body_bytes_max = 0});
}

}  // namespace eyas::data
