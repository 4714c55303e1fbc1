#include "api/api.h"

#include <algorithm>

#include "api/json.h"
#include "api/live_updates.h"
#include "api/metrics.h"
#include "api/openapi.h"
#include "api/streams.h"
#include "api/transfers.h"
#include "base/check.h"
#include "base/log.h"

namespace eyas::api {
namespace {

http::Response not_found() {
  return http::Response::error(404, "not_found", "no such stream: nobody publishes it now");
}

// The stream that the path names, or an answer that says what a name may be.
std::optional<hub::StreamName> name_of(const http::Request& request, http::Exchange& exchange) {
  auto name = hub::StreamName::parse(request.param("app"), request.param("name"));
  if (name) return *name;
  exchange.respond(http::Response::error(400, "malformed", name.error().context));
  return std::nullopt;
}

// JSON is never kept by caches; other answers say so.
http::Response no_store(http::Response response) {
  response.header("cache-control", "no-store");
  return response;
}

}  // namespace

Api::Api(hub::Directory& directory, sources::Transfers* transfers, std::vector<io::Executor*> loops,
         std::shared_ptr<const ServerInfo> info)
    : directory_(directory), transfers_(transfers), info_(std::move(info)) {
  for (io::Executor* loop : loops) {
    live_updates_.emplace_back(loop, std::make_unique<LiveUpdates>(*loop, directory, transfers, info_));
  }
}

Api::~Api() = default;

void Api::register_routes(http::Router& router) {
  register_health(router);
  register_streams(router);
  register_live_updates(router);
  if (transfers_ != nullptr) register_transfers(router, *transfers_);
}

void Api::register_health(http::Router& router) {
  router.add(http::Method::kGet, "/healthz", [](http::RequestPtr, http::Exchange exchange) {
    exchange.respond(no_store(http::Response::text("ok\n")));
  });
  router.add(http::Method::kGet, "/readyz", [this](http::RequestPtr, http::Exchange exchange) {
    bool ready = info_->ready->load(std::memory_order_acquire);
    exchange.respond(ready ? no_store(http::Response::text("ready\n"))
                           : http::Response::error(503, "not_ready", "starting up or draining"));
  });
  router.add(http::Method::kGet, "/metrics", [this](http::RequestPtr, http::Exchange exchange) {
    directory_.snapshot(exchange.executor(), [this, exchange](std::vector<hub::StreamFacts> streams) mutable {
      auto text = base::Slice::copy_of(metrics_text(info_->metrics(), streams));
      exchange.respond(no_store(http::Response::bytes("text/plain; version=0.0.4; charset=utf-8", text)));
    });
  });
  router.add(http::Method::kGet, "/api/v1/openapi.json", [](http::RequestPtr, http::Exchange exchange) {
    exchange.respond(http::Response::bytes("application/json", base::Slice::literal(kOpenApi)));
  });
  router.add(http::Method::kGet, "/api/v1/info", [this](http::RequestPtr, http::Exchange exchange) {
    exchange.respond(http::Response::json(info_json(*info_, exchange.executor().clock().wall())));
  });
}

void Api::register_streams(http::Router& router) {
  router.add(http::Method::kGet, "/api/v1/streams", [this](http::RequestPtr, http::Exchange exchange) {
    list(directory_, transfers_, exchange.executor(),
         [exchange, info = info_](const Listing& listing) mutable {
           exchange.respond(http::Response::json(streams_json(listing, *info)));
         });
  });
  router.add(
      http::Method::kGet, "/api/v1/streams/{app}/{name}",
      [this](http::RequestPtr request, http::Exchange exchange) {
        auto name = name_of(*request, exchange);
        if (!name) return;
        list(directory_, transfers_, exchange.executor(),
             [exchange, info = info_, name = name->text()](const Listing& listing) mutable {
               auto found = std::ranges::find(listing.streams, name, &hub::StreamFacts::name);
               if (found == listing.streams.end()) return exchange.respond(not_found());
               exchange.respond(http::Response::json(stream_json(*found, *info, source_of(listing, name))));
             });
      });
  router.add(http::Method::kPost, "/api/v1/streams/{app}/{name}/reconnect",
             [this](http::RequestPtr request, http::Exchange exchange) {
               auto name = name_of(*request, exchange);
               if (!name) return;
               base::log::info("api.reconnect", {{"stream", name->text()}, {"peer", request->peer}});
               directory_.reconnect(*name, exchange.executor(), [exchange](bool asked) mutable {
                 exchange.respond(asked ? http::Response::json("{\"asked\":true}", 202)
                                        : http::Response::error(409, "no_publisher", "nobody is on air"));
               });
             });
}

void Api::register_live_updates(http::Router& router) {
  router.add(http::Method::kGet, "/api/v1/ws", [this](http::RequestPtr, http::Exchange exchange) {
    auto socket = exchange.upgrade_websocket();
    if (!socket) return;  // answered already, with the reason
    for (auto& [loop, updates] : live_updates_) {
      if (loop == &exchange.executor()) return updates->add(std::move(*socket));
    }
    CHECK(false);  // every connection lives on one of the loops
  });
}

}  // namespace eyas::api
