#include "protocols/http_flv/http_flv.h"

#include "hub/name.h"
#include "protocols/http_flv/viewer.h"

namespace eyas::http_flv {

void add_routes(http::Router& router, const Options& options, hub::Directory& directory,
                Statistics& statistics) {
  auto handler = [&options, &directory, &statistics](http::RequestPtr request, http::Exchange exchange) {
    base::Result<hub::StreamName> name =
        hub::StreamName::parse(request->param("app"), request->param("name"));
    if (!name) return exchange.respond(http::Response::error(404, "not_found", name.error().message()));
    auto viewer =
        std::make_shared<Viewer>(options, statistics, std::move(request), std::move(exchange), name->text());
    viewer->start(directory, *name);
  };
  router.add(http::Method::kGet, "/{app}/{name}.flv", handler,
             {.cors = http::Cors::kAny, .body_bytes_max = 0});
}

}  // namespace eyas::http_flv
