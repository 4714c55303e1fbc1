#include "protocols/mjpeg/mjpeg.h"

#include "protocols/mjpeg/variant.h"
#include "protocols/mjpeg/viewer.h"

namespace eyas::mjpeg {
namespace {

struct Asked {
  hub::StreamName name;
  hub::PictureVariant variant;
};

using VariantOf = base::Result<hub::PictureVariant> (*)(const http::Request&, const Options&);

// What the request is about; nullopt when it was answered with an error.
std::optional<Asked> understand(const http::RequestPtr& request, http::Exchange& exchange,
                                VariantOf variant_of, const Options& options, Statistics& statistics) {
  auto name = hub::StreamName::parse(request->param("app"), request->param("name"));
  if (!name) {
    exchange.respond(http::Response::error(404, "not_found", name.error().message()));
    return std::nullopt;
  }
  auto variant = variant_of(*request, options);
  if (!variant) {
    statistics.bad_arguments.fetch_add(1, std::memory_order_relaxed);
    exchange.respond(http::Response::error(400, "malformed", variant.error().message()));
    return std::nullopt;
  }
  if (statistics.viewers.load(std::memory_order_relaxed) >= options.viewers_max) {
    statistics.refused.fetch_add(1, std::memory_order_relaxed);
    exchange.respond(http::Response::error(503, "limit", "too many viewers; see mjpeg.viewers_max"));
    return std::nullopt;
  }
  return Asked{std::move(*name), *variant};
}

}  // namespace

void Audience::change(const hub::StreamName& name, int by) {
  home_.post([this, name, by] {
    uint64_t& now = viewers_[name.text()];
    now += static_cast<uint64_t>(by);
    directory_.set_viewers(name, kName, now);
    if (now == 0) viewers_.erase(name.text());
  });
}

void add_routes(http::Router& router, const Options& options, hub::Pictures& pictures, Audience& audience,
                Statistics& statistics) {
  http::RouteOptions route{.cors = http::Cors::kAny, .body_bytes_max = 0};
  auto snapshot = [&options, &pictures, &statistics](http::RequestPtr request, http::Exchange exchange) {
    auto asked = understand(request, exchange, &snapshot_variant, options, statistics);
    if (!asked) return;
    std::make_shared<Shot>(options, statistics, std::move(request), std::move(exchange), asked->name)
        ->start(pictures, asked->variant);
  };
  auto series = [&options, &pictures, &audience, &statistics](http::RequestPtr request,
                                                              http::Exchange exchange) {
    auto asked = understand(request, exchange, &mjpeg_variant, options, statistics);
    if (!asked) return;
    std::make_shared<Viewer>(options, statistics, audience, std::move(request), std::move(exchange),
                             asked->name)
        ->start(pictures, asked->variant);
  };
  router.add(http::Method::kGet, "/{app}/{name}.jpg", snapshot, route);
  router.add(http::Method::kGet, "/{app}/{name}.mjpeg", series, route);
}

}  // namespace eyas::mjpeg
