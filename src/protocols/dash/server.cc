#include <map>
#include <unordered_map>

#include "base/iso_time.h"
#include "protocols/dash/dash.h"
#include "protocols/dash/shelf.h"

namespace eyas::dash {
namespace {

constexpr base::Duration kSweepInterval = std::chrono::milliseconds(500);
constexpr int kSweepsPerCount = 4;

// What the server has on one loop. Lives on that loop.
struct Desk {
  io::Executor* loop = nullptr;
  std::unordered_map<std::string, std::shared_ptr<Shelf>> shelves;  // streams asked for on this loop
  io::Timer sweep;
  int sweeps = 0;
  bool drained = false;
};

}  // namespace

// Its desks live on their loops, the census on the first; everything else is const after start.
class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(hub::Directory& directory, const std::vector<io::Executor*>& loops, Options options,
       hub::Derivations* derivations)
      : directory_(directory), derivations_(derivations), options_(options), desks_(loops.size()) {
    for (size_t i = 0; i < loops.size(); ++i) desks_[i].loop = loops[i], index_[loops[i]] = i;
  }

  void handle(http::RequestPtr request, http::Exchange exchange, std::string file) {
    if (file == "time") return tell_time(exchange);
    auto name = hub::StreamName::parse(request->param("app"), request->param("name"));
    if (!name.ok()) return respond_not_found(exchange, "no such stream");
    Desk& desk = desks_[index_.at(&exchange.executor())];
    if (desk.drained) return respond_not_found(exchange, "the server is closing");
    std::shared_ptr<Shelf>& shelf = desk.shelves[name->text()];
    if (!shelf || shelf->over()) {
      shelf = std::make_shared<Shelf>(*name, options_, statistics_, *desk.loop);
      shelf->open(directory_, derivations_);
    }
    const std::shared_ptr<Shelf> held = shelf;
    held->request(std::move(request), std::move(exchange), std::move(file));
  }

  void start() {
    for (size_t i = 0; i < desks_.size(); ++i) post(i, [this, i] { schedule_sweep(i); });
  }

  void drain() {
    for (size_t i = 0; i < desks_.size(); ++i) {
      post(i, [this, i] {
        Desk& desk = desks_[i];
        desk.drained = true;
        desk.sweep.cancel();
        for (auto& [name, shelf] : desk.shelves) shelf->close();
        desk.shelves.clear();
      });
    }
  }

  const Statistics& statistics() const { return statistics_; }

 private:
  void post(size_t loop, base::Task task) {
    desks_[loop].loop->post([self = shared_from_this(), task = std::move(task)]() mutable { task(); });
  }

  // [ISO 23009-1 5.8.4.11] urn:mpeg:dash:utc:http-xsdate:2014
  void tell_time(http::Exchange& exchange) {
    exchange.respond(http::Response::text(base::iso_time(exchange.executor().clock().wall()))
                         .header("cache-control", "no-store"));
  }

  void schedule_sweep(size_t index) {
    Desk& desk = desks_[index];
    if (desk.drained) return;
    desk.sweep = desk.loop->after(kSweepInterval, [this, index] {
      sweep(index);
      desks_[index].loop->defer([self = shared_from_this(), index] { self->schedule_sweep(index); });
    });
  }

  void sweep(size_t index) {
    Desk& desk = desks_[index];
    const bool count = ++desk.sweeps % kSweepsPerCount == 0;
    // A copy: answers may let requests in that add shelves.
    const std::vector<std::pair<std::string, std::shared_ptr<Shelf>>> shelves(desk.shelves.begin(),
                                                                              desk.shelves.end());
    for (const auto& [name, shelf] : shelves) {
      shelf->sweep();
      const bool done = shelf->over() || (shelf->waiting() == 0 && shelf->idle() > options_.idle_close);
      if (count || done) report(name, index, done ? 0 : shelf->viewers());
      if (done) desk.shelves.erase(name);
    }
  }

  // How many watch a stream is added up on the first loop.
  void report(const std::string& text, size_t loop, size_t viewers) {
    auto name = hub::StreamName::parse(text);
    if (!name.ok()) return;
    post(0, [this, name = *name, loop, viewers] {
      auto& loops = census_[name.text()];
      loops[loop] = viewers;
      size_t total = 0;
      for (const auto& [at, count] : loops) total += count;
      directory_.set_viewers(name, kName, total);
      if (total == 0) census_.erase(name.text());
    });
  }

  hub::Directory& directory_;
  hub::Derivations* derivations_;
  const Options options_;
  Statistics statistics_;
  std::vector<Desk> desks_;
  std::map<const io::Executor*, size_t> index_;
  std::map<std::string, std::map<size_t, size_t>> census_;  // viewers by stream and loop
};

Server::Server(hub::Directory& directory, std::vector<io::Executor*> loops, Options options,
               hub::Derivations* derivations)
    : impl_(std::make_shared<Impl>(directory, loops, options, derivations)) {}
Server::~Server() = default;

void Server::register_routes(http::Router& router) {
  const http::RouteOptions media{.cors = http::Cors::kAny};
  router.add(
      http::Method::kGet, "/{app}/{name}/index.mpd",
      [impl = impl_](http::RequestPtr request, http::Exchange exchange) {
        impl->handle(std::move(request), std::move(exchange), {});
      },
      media);
  router.add(
      http::Method::kGet, "/{app}/{name}/dash/{file}",
      [impl = impl_](http::RequestPtr request, http::Exchange exchange) {
        std::string file(request->param("file"));
        impl->handle(std::move(request), std::move(exchange), std::move(file));
      },
      media);
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
