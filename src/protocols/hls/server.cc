#include <functional>
#include <set>
#include <unordered_map>

#include "protocols/hls/channel.h"
#include "protocols/hls/hls.h"
#include "protocols/hls/shelf.h"
#include "protocols/hls/ts_server.h"
#include "protocols/shelves.h"

namespace eyas::hls {
namespace {

struct Station {
  std::shared_ptr<Channel> channel;
  std::set<size_t> subscribers;  // loops with a shelf of it
  bool kept = false;             // packaged without viewers
};

// What is packaged on one loop. Lives on that loop.
struct Home {
  std::unordered_map<std::string, Station> stations;
  hub::Directory::Subscription changes;
  bool drained = false;
};

}  // namespace

// A stream is packaged once, on its home, and told to the shelves of all loops. Homes live on their loops;
// everything else is const after start.
class Server::Impl final : public protocols::Shelves<Shelf> {
 public:
  Impl(hub::Directory& directory, const std::vector<io::Executor*>& loops, Options options,
       hub::Derivations* derivations)
      : Shelves(directory, loops, kName, options.idle_close),
        directory_(directory),
        derivations_(derivations),
        options_(options),
        homes_(loops.size()) {
    directory.set_format<cmaf::Format>(options_);
  }

  void start() {
    Shelves::start();
    if (options_.start != Start::kPublish) return;
    for (size_t i = 0; i < loops(); ++i) post(i, [this, i] { keep_what_comes(i); });
  }

  void drain() {
    Shelves::drain();
    for (size_t i = 0; i < loops(); ++i) {
      post(i, [this, i] {
        homes_[i].drained = true;
        homes_[i].changes.reset();
        homes_[i].stations.clear();
      });
    }
  }

  Statistics& statistics() { return statistics_; }

 private:
  size_t home_of(const std::string& name) const { return std::hash<std::string>{}(name) % loops(); }

  std::shared_ptr<Shelf> put_up(const hub::StreamName& name, size_t at) override {
    post(home_of(name.text()), [this, name, at] { subscribe(name, at); });
    return std::make_shared<Shelf>(options_, statistics_, loop(at));
  }

  void taken_down(const hub::StreamName& name, size_t at) override {
    post(home_of(name.text()), [this, name, at] { unsubscribe(name, at); });
  }

  void keep_what_comes(size_t home) {
    if (homes_[home].drained) return;
    homes_[home].changes = directory_.on_change(loop(home), [this, home](const std::string& text) {
      const auto name = hub::StreamName::parse(text);
      if (name.ok() && home_of(text) == home) keep(*name);
    });
  }

  // The stream came, changed or went; asking for one that went ends by itself.
  void keep(const hub::StreamName& name) {
    Home& home = homes_[home_of(name.text())];
    if (home.drained) return;
    Station& station = home.stations[name.text()];
    station.kept = true;
    open(name, station);
  }

  void open(const hub::StreamName& name, Station& station) {
    if (station.channel) return;
    station.channel =
        std::make_shared<Channel>(name, statistics_, loop(home_of(name.text())),
                                  [this, home = home_of(name.text()), text = name.text()](
                                      SnapshotPtr snapshot) { tell(home, text, std::move(snapshot)); });
    // Viewers are counted by the shelves.
    station.channel->open(directory_, derivations_,
                          station.subscribers.empty() ? hub::Interest::kFollows : hub::Interest::kBegins);
  }

  void subscribe(const hub::StreamName& name, size_t at) {
    Home& home = homes_[home_of(name.text())];
    if (home.drained) return;
    Station& station = home.stations[name.text()];
    station.subscribers.insert(at);
    open(name, station);
    if (const SnapshotPtr& newest = station.channel->newest()) tell_one(at, name.text(), newest);
  }

  void unsubscribe(const hub::StreamName& name, size_t at) {
    auto& stations = homes_[home_of(name.text())].stations;
    const auto found = stations.find(name.text());
    if (found == stations.end()) return;
    found->second.subscribers.erase(at);
    if (found->second.subscribers.empty() && !found->second.kept) stations.erase(found);
  }

  void tell(size_t home, const std::string& name, SnapshotPtr snapshot) {
    auto& stations = homes_[home].stations;
    const auto found = stations.find(name);
    if (found == stations.end()) return;
    for (const size_t at : found->second.subscribers) tell_one(at, name, snapshot);
    if (snapshot) return;
    // The channel is on the stack of this call: it dies after this turn.
    loop(home).defer([channel = std::move(found->second.channel)] {});
    stations.erase(found);
  }

  // With null: the stream is gone.
  void tell_one(size_t at, const std::string& name, SnapshotPtr snapshot) {
    auto deliver = [this, at, name, snapshot = std::move(snapshot)] {
      const std::shared_ptr<Shelf> shelf = find(at, name);
      if (!shelf) return;
      if (snapshot) return shelf->update(snapshot);
      shelf->close();
    };
    if (loop(at).on_loop()) return deliver();
    post(at, std::move(deliver));
  }

  hub::Directory& directory_;
  hub::Derivations* derivations_;
  const Options options_;
  Statistics statistics_;
  std::vector<Home> homes_;
};

Server::Server(hub::Directory& directory, std::vector<io::Executor*> loops, Options options,
               hub::Derivations* derivations)
    : impl_(std::make_shared<Impl>(directory, loops, options, derivations)),
      ts_(std::make_unique<TsServer>(directory, std::move(loops), options, derivations,
                                     impl_->statistics())) {}
Server::~Server() = default;

void Server::register_routes(http::Router& router) {
  ts_->register_routes(router);
  impl_->register_routes(router, "/{app}/{name}/index.m3u8", "/{app}/{name}/hls/{file}");
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
