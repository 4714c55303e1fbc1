#include "base/iso_time.h"
#include "protocols/dash/dash.h"
#include "protocols/dash/shelf.h"
#include "protocols/shelves.h"

namespace eyas::dash {
namespace {

// [ISO 23009-1 5.8.4.11] urn:mpeg:dash:utc:http-xsdate:2014
void tell_time(const http::RequestPtr&, http::Exchange exchange) {
  exchange.respond(http::Response::text(base::iso_time(exchange.executor().clock().wall()))
                       .header("cache-control", "no-store"));
}

}  // namespace

class Server::Impl final : public protocols::Shelves<Shelf> {
 public:
  Impl(hub::Directory& directory, const std::vector<io::Executor*>& loops, Options options,
       hub::Derivations* derivations)
      : Shelves(directory, loops, kName, options.idle_close),
        directory_(directory),
        derivations_(derivations),
        options_(options) {}

  const Statistics& statistics() const { return statistics_; }

 private:
  std::shared_ptr<Shelf> put_up(const hub::StreamName& name, size_t at) override {
    auto shelf = std::make_shared<Shelf>(name, options_, statistics_, loop(at));
    shelf->open(directory_, derivations_);
    return shelf;
  }

  hub::Directory& directory_;
  hub::Derivations* derivations_;
  const Options options_;
  Statistics statistics_;
};

Server::Server(hub::Directory& directory, std::vector<io::Executor*> loops, Options options,
               hub::Derivations* derivations)
    : impl_(std::make_shared<Impl>(directory, loops, options, derivations)) {}
Server::~Server() = default;

void Server::register_routes(http::Router& router) {
  impl_->register_routes(router, "/{app}/{name}/index.mpd", "/{app}/{name}/dash/{file}");
  router.add(http::Method::kGet, "/{app}/{name}/dash/time", tell_time, {.cors = http::Cors::kAny});
}

const Statistics& Server::statistics() const {
  return impl_->statistics();
}
void Server::start() {
  impl_->start();
}
void Server::drain() {
  impl_->drain();
}

}  // namespace eyas::dash
