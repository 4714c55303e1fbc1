// Loop: an Executor over epoll. One per core; it runs in the thread that calls run().
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "io/executor.h"

namespace eyas::io {

// Told when its descriptor is ready. Lives on its loop.
struct FdHandler {
  virtual ~FdHandler() = default;
  // `events` are EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP as epoll gives them.
  virtual void on_fd(uint32_t events) = 0;
};

// post(), stop() and clock() are thread-safe; everything else belongs to the loop's thread.
class Loop final : public Executor {
 public:
  explicit Loop(const base::Clock& clock = base::system_clock());
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop(); afterwards run() may be called again.
  void run();
  void stop();
  // One turn: waits at most `wait`, runs what is ready. For tests and tools that have a loop of their own.
  void run_once(base::Duration wait);
  // Drops every task unrun. For the end of several loops whose tasks own what posts to each other's: discard
  // all of them before any is destroyed. Only while run() is not running.
  void discard();

  void post(base::Task task) override;
  void defer(base::Task task) override;
  Timer after(base::Duration delay, base::Task task) override;
  bool on_loop() const override {
    return std::this_thread::get_id() == thread_.load(std::memory_order_relaxed);
  }
  const base::Clock& clock() const override { return clock_; }

  // Watches a descriptor until unwatch(); the caller keeps it open in between.
  void watch(int fd, uint32_t events, FdHandler& handler);
  void rewatch(int fd, uint32_t events, FdHandler& handler);
  void unwatch(int fd, FdHandler& handler);

  // A buffer for reads, shared by everything on this loop: valid until the next read.
  static constexpr size_t kReadBufferBytes = 256 * 1024;
  uint8_t* read_buffer() { return read_buffer_.get(); }

  // Timers that we hold, cancelled ones included: at most twice those armed, or kTimersKeptMin.
  size_t timers_held() const { return timers_.size(); }
  static constexpr size_t kTimersKeptMin = 64;

 private:
  struct Due {
    base::MonoTime at;
    uint64_t order;
    std::shared_ptr<Timer::Entry> entry;
    bool operator>(const Due& other) const { return at != other.at ? at > other.at : order > other.order; }
  };

  int wait_ms(base::Duration limit) const;
  void run_posted();
  void run_timers();
  void run_deferred();
  void drop_cancelled_timers();

  const base::Clock& clock_;
  int epoll_fd_;
  int wake_fd_;
  std::atomic<std::thread::id> thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> wake_pending_{false};

  std::mutex posted_mutex_;  // held for a swap or a push, never while a task runs
  std::vector<base::Task> posted_;
  std::vector<base::Task> deferred_;
  std::vector<Due> timers_;  // a heap, the next one first
  size_t sweep_timers_at_ = kTimersKeptMin;
  uint64_t timer_order_ = 0;
  // Handlers unwatched during this turn: their remaining events are dropped.
  std::vector<FdHandler*> gone_;
  std::unique_ptr<uint8_t[]> read_buffer_;
};

}  // namespace eyas::io
