// SimWorld and SimExecutor: the loops of a simulation, on one virtual clock, in an order that a seed decides.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "io/executor.h"

namespace eyas::io::sim {

class SimWorld;

// One loop of a simulation; it takes turns as Loop does: posted tasks, due timers, deferred tasks. All loops
// of a world live in one thread.
class SimExecutor final : public Executor {
 public:
  explicit SimExecutor(SimWorld& world) : world_(world) {}
  ~SimExecutor() override;

  void post(base::Task task) override {
    ++posts_;
    posted_.push_back(std::move(task));
  }
  void defer(base::Task task) override { deferred_.push_back(std::move(task)); }
  Timer after(base::Duration delay, base::Task task) override;
  // True inside a turn of this loop, so that loops of one thread tell each other apart.
  bool on_loop() const override;
  const base::Clock& clock() const override;

  bool ready() const;
  // When the next timer is due; MonoTime::max() without one.
  base::MonoTime next_timer() const;
  void turn();
  // Drops every task unrun.
  void discard();

  SimWorld& world() { return world_; }
  // How often post() was called.
  uint64_t posts() const { return posts_; }

 private:
  SimWorld& world_;
  uint64_t posts_ = 0;
  std::vector<base::Task> posted_;
  std::vector<base::Task> deferred_;
  std::multimap<base::MonoTime, std::shared_ptr<Timer::Entry>> timers_;
};

// Lives in the test's thread. Loops live as long as their world.
class SimWorld {
 public:
  explicit SimWorld(uint64_t seed = 1) : random_(seed) {}
  ~SimWorld();
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  SimExecutor& add_loop();
  // Gives turns, in an order of the seed's choosing, until no loop has anything to do now.
  void settle();
  // Lets virtual time pass, stopping at each timer.
  void advance(base::Duration by);

  const base::ManualClock& clock() const { return clock_; }
  std::mt19937_64& random() { return random_; }
  // 0 to below - 1.
  size_t pick(size_t below) { return static_cast<size_t>(random_() % below); }
  bool chance(double probability) {
    return probability > 0 && static_cast<double>(random_() >> 11) * 0x1p-53 < probability;
  }

 private:
  friend class SimExecutor;

  base::ManualClock clock_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<SimExecutor>> loops_;
  const SimExecutor* running_ = nullptr;
};

}  // namespace eyas::io::sim
