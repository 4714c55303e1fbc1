#include <functional>
#include <map>
#include <unordered_map>

#include "protocols/hls/channel.h"
#include "protocols/hls/hls.h"
#include "protocols/hls/shelf.h"
#include "protocols/hls/ts_server.h"

namespace eyas::hls {
namespace {

constexpr base::Duration kSweepInterval = std::chrono::milliseconds(500);
constexpr int kSweepsPerCount = 4;

// A shelf far away, as a channel sees it.
struct Subscriber {
  size_t loop = 0;
  size_t viewers = 0;
};

struct Station {
  std::shared_ptr<Channel> channel;
  std::map<size_t, Subscriber> subscribers;  // by loop
  bool kept = false;                         // packaged without viewers
};

// What the server has on one loop. Lives on that loop.
struct Desk {
  io::Executor* loop = nullptr;
  std::unordered_map<std::string, std::shared_ptr<Shelf>> shelves;  // streams asked for on this loop
  std::unordered_map<std::string, Station> stations;                // streams packaged on this loop
  io::Timer sweep;
  int sweeps = 0;
  hub::Directory::Subscription changes;
  bool drained = false;
};

}  // namespace

// Its desks live on their loops; everything else is const after start.
class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(hub::Directory& directory, const std::vector<io::Executor*>& loops, Options options,
       hub::Derivations* derivations)
      : directory_(directory), derivations_(derivations), options_(options), desks_(loops.size()) {
    directory.set_format<cmaf::Format>(options_);
    for (size_t i = 0; i < loops.size(); ++i) desks_[i].loop = loops[i], index_[loops[i]] = i;
  }

  void handle(http::RequestPtr request, http::Exchange exchange, std::string file) {
    auto name = hub::StreamName::parse(request->param("app"), request->param("name"));
    if (!name.ok()) return respond_not_found(exchange, "no such stream");
    const size_t here = index_.at(&exchange.executor());
    Desk& desk = desks_[here];
    if (desk.drained) return respond_not_found(exchange, "the server is closing");
    std::shared_ptr<Shelf>& shelf = desk.shelves[name->text()];
    if (!shelf) {
      shelf = std::make_shared<Shelf>(name->text(), options_, statistics_, *desk.loop);
      on_home(*name, [this, here, name = *name](Desk& home) { subscribe(home, name, here); });
    }
    const std::shared_ptr<Shelf> held = shelf;
    held->request(std::move(request), std::move(exchange), std::move(file));
  }

  void start() {
    for (size_t i = 0; i < desks_.size(); ++i) post(i, [this, i] { start_desk(i); });
  }

  Statistics& statistics() { return statistics_; }

  void drain() {
    for (size_t i = 0; i < desks_.size(); ++i) {
      post(i, [this, i] {
        Desk& desk = desks_[i];
        desk.drained = true;
        desk.sweep.cancel();
        desk.changes.reset();
        for (auto& [name, shelf] : desk.shelves) shelf->close();
        desk.shelves.clear();
        desk.stations.clear();
      });
    }
  }

 private:
  void post(size_t loop, base::Task task) {
    desks_[loop].loop->post([self = shared_from_this(), task = std::move(task)]() mutable { task(); });
  }
  size_t home_of(const std::string& name) const { return std::hash<std::string>{}(name) % desks_.size(); }
  void on_home(const hub::StreamName& name, std::function<void(Desk&)> task) {
    const size_t home = home_of(name.text());
    post(home, [this, home, task = std::move(task)] { task(desks_[home]); });
  }

  void start_desk(size_t index) {
    schedule_sweep(index);
    if (options_.start != Start::kPublish) return;
    Desk& desk = desks_[index];
    desk.changes = directory_.on_change(*desk.loop, [this, index](const std::string& text) {
      auto name = hub::StreamName::parse(text);
      if (name.ok() && home_of(text) == index) keep(desks_[index], *name);
    });
  }

  // The stream came, changed or went; asking for one that went ends by itself.
  void keep(Desk& home, const hub::StreamName& name) {
    if (home.drained) return;
    Station& station = home.stations[name.text()];
    station.kept = true;
    open(home, name, station);
  }

  void open(Desk& home, const hub::StreamName& name, Station& station) {
    if (station.channel) return;
    const size_t index = index_.at(home.loop);
    station.channel = std::make_shared<Channel>(
        name, statistics_, *home.loop,
        [this, index, text = name.text()](SnapshotPtr snapshot) { tell(index, text, std::move(snapshot)); });
    // Viewers are counted by report().
    station.channel->open(directory_, derivations_,
                          station.subscribers.empty() ? hub::Interest::kFollows : hub::Interest::kBegins);
  }

  void subscribe(Desk& home, const hub::StreamName& name, size_t loop) {
    if (home.drained) return;
    Station& station = home.stations[name.text()];
    station.subscribers[loop] = {loop, 0};
    open(home, name, station);
    if (const SnapshotPtr& newest = station.channel->newest()) tell_one(loop, name.text(), newest);
  }

  void tell(size_t index, const std::string& name, SnapshotPtr snapshot) {
    Desk& home = desks_[index];
    const auto found = home.stations.find(name);
    if (found == home.stations.end()) return;
    for (const auto& [loop, subscriber] : found->second.subscribers) tell_one(loop, name, snapshot);
    if (snapshot) return;
    // The channel is on the stack of this call: it dies after this turn.
    home.loop->defer([channel = std::move(found->second.channel)] {});
    home.stations.erase(found);
  }

  // With null: the stream is gone.
  void tell_one(size_t loop, const std::string& name, SnapshotPtr snapshot) {
    auto deliver = [this, loop, name, snapshot = std::move(snapshot)] {
      const auto shelf = desks_[loop].shelves.find(name);
      if (shelf == desks_[loop].shelves.end()) return;
      const std::shared_ptr<Shelf> held = shelf->second;
      if (snapshot) return held->update(snapshot);
      desks_[loop].shelves.erase(shelf);
      held->close();
    };
    if (desks_[loop].loop->on_loop()) return deliver();
    post(loop, std::move(deliver));
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
      const bool idle = shelf->waiting() == 0 && shelf->idle() > options_.idle_close;
      if (count || idle) report(name, index, idle ? 0 : shelf->viewers(), idle);
      if (idle) desk.shelves.erase(name);
    }
  }

  // Tells the home loop how many watch on this one, or that nobody does any more.
  void report(const std::string& text, size_t loop, size_t viewers, bool leaves) {
    auto name = hub::StreamName::parse(text);
    if (!name.ok()) return;
    on_home(*name, [this, name = *name, loop, viewers, leaves](Desk& home) {
      const auto found = home.stations.find(name.text());
      if (found == home.stations.end()) return;
      Station& station = found->second;
      if (leaves)
        station.subscribers.erase(loop);
      else
        station.subscribers[loop].viewers = viewers;
      uint64_t total = 0;
      for (const auto& [at, subscriber] : station.subscribers) total += subscriber.viewers;
      directory_.set_viewers(name, kName, total);
      if (station.subscribers.empty() && !station.kept) home.stations.erase(found);
    });
  }

  hub::Directory& directory_;
  hub::Derivations* derivations_;
  const Options options_;
  Statistics statistics_;
  std::vector<Desk> desks_;
  std::map<const io::Executor*, size_t> index_;
};

Server::Server(hub::Directory& directory, std::vector<io::Executor*> loops, Options options,
               hub::Derivations* derivations)
    : impl_(std::make_shared<Impl>(directory, loops, options, derivations)),
      ts_(std::make_unique<TsServer>(directory, std::move(loops), options, derivations,
                                     impl_->statistics())) {}
Server::~Server() = default;

void Server::register_routes(http::Router& router) {
  ts_->register_routes(router);
  const http::RouteOptions media{.cors = http::Cors::kAny};
  router.add(
      http::Method::kGet, "/{app}/{name}/index.m3u8",
      [impl = impl_](http::RequestPtr request, http::Exchange exchange) {
        impl->handle(std::move(request), std::move(exchange), {});
      },
      media);
  router.add(
      http::Method::kGet, "/{app}/{name}/hls/{file}",
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
  ts_->start();
}
void Server::drain() {
  impl_->drain();
  ts_->drain();
}

}  // namespace eyas::hls
