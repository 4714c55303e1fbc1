// Executor: a place where tasks run one after another. Production has one per core (Loop); simulations have
// one on a virtual clock.
#pragma once

#include <memory>

#include "base/task.h"
#include "base/time.h"

namespace eyas::io {

// A task that runs later unless its token dies first. Move-only; lives on its executor's loop.
class Timer {
 public:
  // What an executor shares with the token: it drops the task when the token dies.
  struct Entry {
    base::Task task;
  };

  Timer() = default;
  explicit Timer(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
  Timer(Timer&&) = default;
  Timer& operator=(Timer&& other) noexcept {
    if (this != &other) {
      cancel();
      entry_ = std::move(other.entry_);
    }
    return *this;
  }
  ~Timer() { cancel(); }

  void cancel() {
    // Moved out first: the task may own what owns this token.
    auto entry = std::move(entry_);
    if (entry) auto dropped = std::move(entry->task);
  }
  // True until it fired or was cancelled.
  bool armed() const { return entry_ && entry_->task; }

 private:
  std::shared_ptr<Entry> entry_;
};

class Executor {
 public:
  virtual ~Executor() = default;

  // Runs `task` on this executor's loop, after what was posted before. Thread-safe.
  virtual void post(base::Task task) = 0;
  // Runs `task` at the end of the current turn, before the loop waits again. Only on the loop itself.
  virtual void defer(base::Task task) = 0;
  // Runs `task` once `delay` has passed. Only on the loop itself.
  [[nodiscard]] virtual Timer after(base::Duration delay, base::Task task) = 0;
  virtual bool on_loop() const = 0;
  // Thread-safe.
  virtual const base::Clock& clock() const = 0;
};

}  // namespace eyas::io
