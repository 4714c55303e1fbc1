#include "io/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"

namespace eyas::io {
namespace {

constexpr int kEventsPerTurn = 256;
constexpr base::Duration kForever = std::chrono::hours(1);

}  // namespace

Loop::Loop(const base::Clock& clock)
    : clock_(clock),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_(std::thread::id()),
      read_buffer_(std::make_unique_for_overwrite<uint8_t[]>(kReadBufferBytes)) {
  CHECK(epoll_fd_ >= 0 && wake_fd_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // the wake-up; handlers are never null
  CHECK(epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event) == 0);
}

Loop::~Loop() {
  discard();
  close(wake_fd_);
  close(epoll_fd_);
}

void Loop::discard() {
  // Tasks may hold streams that unwatch themselves: drop them while the loop still stands.
  while (!posted_.empty() || !deferred_.empty() || !timers_.empty()) {
    auto posted = std::move(posted_);
    auto deferred = std::move(deferred_);
    auto timers = std::move(timers_);
    posted_.clear();
    deferred_.clear();
    timers_.clear();
  }
}

void Loop::run() {
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  while (!stopping_.load(std::memory_order_acquire)) run_once(kForever);
  stopping_.store(false, std::memory_order_release);
}

void Loop::stop() {
  stopping_.store(true, std::memory_order_release);
  post([] {});
}

void Loop::run_once(base::Duration wait) {
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  epoll_event events[kEventsPerTurn];
  int count = epoll_wait(epoll_fd_, events, kEventsPerTurn, wait_ms(wait));
  CHECK(count >= 0 || errno == EINTR);
  gone_.clear();
  for (int i = 0; i < count; ++i) {
    auto* handler = static_cast<FdHandler*>(events[i].data.ptr);
    if (handler == nullptr) {
      uint64_t ignored;
      [[maybe_unused]] auto n = read(wake_fd_, &ignored, sizeof ignored);
      wake_pending_.store(false, std::memory_order_release);
    } else if (gone_.empty() || std::ranges::find(gone_, handler) == gone_.end()) {
      handler->on_fd(events[i].events);
    }
  }
  run_posted();
  run_timers();
  run_deferred();
}

void Loop::post(base::Task task) {
  {
    std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(task));
  }
  if (wake_pending_.exchange(true, std::memory_order_acq_rel)) return;
  uint64_t one = 1;
  [[maybe_unused]] auto n = write(wake_fd_, &one, sizeof one);
}

void Loop::defer(base::Task task) {
  deferred_.push_back(std::move(task));
}

Timer Loop::after(base::Duration delay, base::Task task) {
  auto entry = std::make_shared<Timer::Entry>();
  entry->task = std::move(task);
  if (timers_.size() >= sweep_timers_at_) drop_cancelled_timers();
  timers_.push_back({clock_.mono() + delay, timer_order_++, entry});
  std::ranges::push_heap(timers_, std::greater<>());
  return Timer(std::move(entry));
}

void Loop::watch(int fd, uint32_t events, FdHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  CHECK(epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0);
}

void Loop::rewatch(int fd, uint32_t events, FdHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  CHECK(epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) == 0);
}

void Loop::unwatch(int fd, FdHandler& handler) {
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
  gone_.push_back(&handler);
}

int Loop::wait_ms(base::Duration limit) const {
  if (!deferred_.empty()) return 0;
  if (!timers_.empty()) limit = std::min(limit, timers_.front().at - clock_.mono());
  if (limit <= base::Duration::zero()) return 0;
  // Rounded up: waking a little late beats spinning until the timer is due.
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(limit).count());
}

void Loop::run_posted() {
  std::vector<base::Task> tasks;
  {
    std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (base::Task& task : tasks) task();
}

void Loop::run_timers() {
  base::MonoTime now = clock_.mono();
  while (!timers_.empty() && timers_.front().at <= now) {
    std::ranges::pop_heap(timers_, std::greater<>());
    auto entry = std::move(timers_.back().entry);
    timers_.pop_back();
    if (auto task = std::move(entry->task)) task();
  }
}

// A connection that restarts its timer with each message leaves one cancelled timer behind each time, due
// only in a minute: they are swept once they may be half of all.
void Loop::drop_cancelled_timers() {
  std::erase_if(timers_, [](const Due& due) { return !due.entry->task; });
  std::ranges::make_heap(timers_, std::greater<>());
  sweep_timers_at_ = std::max(kTimersKeptMin, 2 * timers_.size());
}

void Loop::run_deferred() {
  // What a deferred task defers runs in the same turn, so that one frame's work is done before we wait.
  while (!deferred_.empty()) {
    std::vector<base::Task> tasks;
    tasks.swap(deferred_);
    for (base::Task& task : tasks) task();
  }
}

}  // namespace eyas::io
