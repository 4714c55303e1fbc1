// Shelves: what a server of packaged media over HTTP keeps of its streams, loop by loop, while somebody asks.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/task.h"
#include "http/router.h"
#include "hub/directory.h"
#include "io/executor.h"
#include "protocols/media_answer.h"

namespace eyas::protocols {

// A Shelf answers the requests for one stream on one loop: request(), sweep(), close(), over(), busy() and
// audience(). Each loop's shelves live on that loop, the census on the first; everything else is const after
// start. The loops are all that HTTP connections live on, and stop before this dies.
template <class Shelf>
class Shelves : public std::enable_shared_from_this<Shelves<Shelf>> {
 public:
  // A shelf is let go when nobody has asked for `idle_close`. Viewers are reported as those of `protocol`.
  Shelves(hub::Directory& directory, const std::vector<io::Executor*>& loops, const char* protocol,
          base::Duration idle_close);
  virtual ~Shelves() = default;

  // `index` is the path of a stream's playlist or manifest; `files`, with {file}, of all else.
  void register_routes(http::Router& router, std::string_view index, std::string_view files);
  // Starts the sweeps. Once, thread-safe.
  void start();
  // Lets all timers, shelves and waiting requests go, loop by loop; thread-safe.
  void drain();

 protected:
  // Somebody asks for a stream that has no shelf on this loop, or one that is over.
  virtual std::shared_ptr<Shelf> put_up(const hub::StreamName& name, size_t loop) = 0;
  // The stream has no shelf on this loop any more.
  virtual void taken_down(const hub::StreamName&, size_t) {}

  size_t loops() const { return desks_.size(); }
  io::Executor& loop(size_t index) { return *desks_[index].loop; }
  // This outlives the task.
  void post(size_t loop, base::Task task);
  // On that loop. Null when there is none.
  std::shared_ptr<Shelf> find(size_t loop, const std::string& name) const;

 private:
  static constexpr base::Duration kSweepInterval = std::chrono::milliseconds(500);
  static constexpr int kSweepsPerCount = 4;

  // What stands on one loop. Lives on that loop.
  struct Desk {
    io::Executor* loop = nullptr;
    std::unordered_map<std::string, std::shared_ptr<Shelf>> shelves;  // streams asked for on this loop
    io::Timer sweep;
    int sweeps = 0;
    bool drained = false;
  };

  void handle(http::RequestPtr request, http::Exchange exchange, std::string file);
  void schedule_sweep(size_t index);
  void sweep(size_t index);
  void report(const hub::StreamName& name, size_t loop, size_t viewers);

  hub::Directory& directory_;
  const char* const protocol_;
  const base::Duration idle_close_;
  std::vector<Desk> desks_;
  std::map<const io::Executor*, size_t> index_;
  std::map<std::string, std::map<size_t, size_t>> census_;  // viewers by stream and loop
};

template <class Shelf>
Shelves<Shelf>::Shelves(hub::Directory& directory, const std::vector<io::Executor*>& loops,
                        const char* protocol, base::Duration idle_close)
    : directory_(directory), protocol_(protocol), idle_close_(idle_close), desks_(loops.size()) {
  for (size_t i = 0; i < loops.size(); ++i) desks_[i].loop = loops[i], index_[loops[i]] = i;
}

template <class Shelf>
void Shelves<Shelf>::register_routes(http::Router& router, std::string_view index, std::string_view files) {
  const http::RouteOptions media{.cors = http::Cors::kAny};
  router.add(
      http::Method::kGet, index,
      [self = this->shared_from_this()](http::RequestPtr request, http::Exchange exchange) {
        self->handle(std::move(request), std::move(exchange), {});
      },
      media);
  router.add(
      http::Method::kGet, files,
      [self = this->shared_from_this()](http::RequestPtr request, http::Exchange exchange) {
        std::string file(request->param("file"));
        self->handle(std::move(request), std::move(exchange), std::move(file));
      },
      media);
}

template <class Shelf>
void Shelves<Shelf>::start() {
  for (size_t i = 0; i < desks_.size(); ++i) post(i, [this, i] { schedule_sweep(i); });
}

template <class Shelf>
void Shelves<Shelf>::drain() {
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

template <class Shelf>
void Shelves<Shelf>::post(size_t loop, base::Task task) {
  desks_[loop].loop->post([self = this->shared_from_this(), task = std::move(task)]() mutable { task(); });
}

template <class Shelf>
std::shared_ptr<Shelf> Shelves<Shelf>::find(size_t loop, const std::string& name) const {
  const auto found = desks_[loop].shelves.find(name);
  return found == desks_[loop].shelves.end() ? nullptr : found->second;
}

template <class Shelf>
void Shelves<Shelf>::handle(http::RequestPtr request, http::Exchange exchange, std::string file) {
  const auto name = hub::StreamName::parse(request->param("app"), request->param("name"));
  if (!name.ok()) return respond_not_found(exchange, "no such stream");
  const size_t here = index_.at(&exchange.executor());
  Desk& desk = desks_[here];
  if (desk.drained) return respond_not_found(exchange, "the server is closing");
  std::shared_ptr<Shelf>& shelf = desk.shelves[name->text()];
  if (!shelf || shelf->over()) shelf = put_up(*name, here);
  const std::shared_ptr<Shelf> held = shelf;  // its answer may let a request in that replaces it
  held->request(std::move(request), std::move(exchange), std::move(file));
}

template <class Shelf>
void Shelves<Shelf>::schedule_sweep(size_t index) {
  Desk& desk = desks_[index];
  if (desk.drained) return;
  desk.sweep = desk.loop->after(kSweepInterval, [this, index] {
    sweep(index);
    desks_[index].loop->defer([self = this->shared_from_this(), index] { self->schedule_sweep(index); });
  });
}

template <class Shelf>
void Shelves<Shelf>::sweep(size_t index) {
  Desk& desk = desks_[index];
  const bool count = ++desk.sweeps % kSweepsPerCount == 0;
  // A copy: answers may let requests in that add shelves.
  const std::vector<std::pair<std::string, std::shared_ptr<Shelf>>> shelves(desk.shelves.begin(),
                                                                            desk.shelves.end());
  for (const auto& [text, shelf] : shelves) {
    shelf->sweep();
    const auto found = desk.shelves.find(text);
    if (found == desk.shelves.end() || found->second != shelf) continue;  // a new one stands in its place
    const bool done = shelf->over() || (!shelf->busy() && shelf->audience().idle() > idle_close_);
    if (!count && !done) continue;
    const auto name = hub::StreamName::parse(text);
    report(*name, index, done ? 0 : shelf->audience().viewers());
    if (!done) continue;
    desk.shelves.erase(found);
    taken_down(*name, index);
  }
}

// How many watch a stream is added up on the first loop.
template <class Shelf>
void Shelves<Shelf>::report(const hub::StreamName& name, size_t loop, size_t viewers) {
  post(0, [this, name, loop, viewers] {
    auto& loops = census_[name.text()];
    loops[loop] = viewers;
    size_t total = 0;
    for (const auto& [at, count] : loops) total += count;
    directory_.set_viewers(name, protocol_, total);
    if (total == 0) census_.erase(name.text());
  });
}

}  // namespace eyas::protocols
