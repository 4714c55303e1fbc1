#include "io/sim/sim_executor.h"

#include <algorithm>
#include <utility>

namespace eyas::io::sim {

SimExecutor::~SimExecutor() {
  discard();
}

void SimExecutor::discard() {
  // Tasks may own what posts when it dies.
  while (!posted_.empty() || !deferred_.empty() || !timers_.empty()) {
    auto posted = std::exchange(posted_, {});
    auto deferred = std::exchange(deferred_, {});
    auto timers = std::exchange(timers_, {});
  }
}

Timer SimExecutor::after(base::Duration delay, base::Task task) {
  auto entry = std::make_shared<Timer::Entry>();
  entry->task = std::move(task);
  timers_.emplace(clock().mono() + delay, entry);
  return Timer(std::move(entry));
}

bool SimExecutor::on_loop() const {
  return world_.running_ == this;
}

const base::Clock& SimExecutor::clock() const {
  return world_.clock_;
}

bool SimExecutor::ready() const {
  return !posted_.empty() || !deferred_.empty() || next_timer() <= clock().mono();
}

base::MonoTime SimExecutor::next_timer() const {
  return timers_.empty() ? base::MonoTime::max() : timers_.begin()->first;
}

void SimExecutor::turn() {
  const SimExecutor* before = std::exchange(world_.running_, this);
  for (base::Task& task : std::exchange(posted_, {})) task();
  while (!timers_.empty() && timers_.begin()->first <= clock().mono()) {
    auto entry = timers_.begin()->second;
    timers_.erase(timers_.begin());
    if (auto task = std::move(entry->task)) task();
  }
  while (!deferred_.empty()) {
    for (base::Task& task : std::exchange(deferred_, {})) task();
  }
  world_.running_ = before;
}

SimWorld::~SimWorld() {
  // What one loop's tasks own may post to another: all of them still stand while tasks are dropped.
  for (size_t round = 0; round < loops_.size(); ++round) {
    for (auto& loop : loops_) loop->discard();
  }
}

SimExecutor& SimWorld::add_loop() {
  loops_.push_back(std::make_unique<SimExecutor>(*this));
  return *loops_.back();
}

void SimWorld::settle() {
  std::vector<SimExecutor*> ready;
  for (;;) {
    ready.clear();
    for (auto& loop : loops_) {
      if (loop->ready()) ready.push_back(loop.get());
    }
    if (ready.empty()) return;
    ready[pick(ready.size())]->turn();
  }
}

void SimWorld::advance(base::Duration by) {
  base::MonoTime until = clock_.mono() + by;
  for (;;) {
    settle();
    base::MonoTime next = until;
    for (auto& loop : loops_) next = std::min(next, loop->next_timer());
    if (next >= until) break;
    clock_.advance(next - clock_.mono());
  }
  clock_.advance(until - clock_.mono());
  settle();
}

}  // namespace eyas::io::sim
