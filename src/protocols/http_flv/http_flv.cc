#include "protocols/http_flv/http_flv.h"

#include "hub/name.h"
#include "protocols/http_flv/viewer.h"

namespace eyas::http_flv {

void add_routes(http::Router& router, const Parts& parts) {
  auto handler = [parts](http::RequestPtr request, http::Exchange exchange) {
    base::Result<hub::StreamName> name =
        hub::StreamName::parse(request->param("app"), request->param("name"));
    if (!name) return exchange.respond(http::Response::error(404, "not_found", name.error().message()));
    std::make_shared<Viewer>(parts, std::move(request), std::move(exchange), *name)->start();
  };
  router.add(http::Method::kGet, "/{app}/{name}.flv", handler,
             {.cors = http::Cors::kAny, .body_bytes_max = 0});
}

}  // namespace eyas::http_flv
