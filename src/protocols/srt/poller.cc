#include "protocols/srt/poller.h"

#include <pthread.h>
#include <srt/srt.h>

#include <array>

#include "base/log.h"

namespace eyas::srt {
namespace {

constexpr int kEventsPerWait = 64;
constexpr int kForever = -1;

void on_library_log(void*, int, const char*, int, const char*, const char* message) {
  base::log::debug("srt.library", {{"message", message}});
}

}  // namespace

Poller::Poller() {
  srt_startup();
  srt_setloglevel(3);  // LOG_ERR of syslog
  srt_setloghandler(nullptr, &on_library_log);
  epoll_ = srt_epoll_create();
  srt_epoll_set(epoll_, SRT_EPOLL_ENABLE_EMPTY);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "srt");
}

Poller::~Poller() {
  srt_epoll_release(epoll_);  // ends the wait
  thread_.join();
  srt_cleanup();
}

bool Poller::watch(int socket, std::weak_ptr<Watcher> watcher) {
  return watch(socket, std::move(watcher),
               SRT_EPOLL_IN | SRT_EPOLL_OUT | SRT_EPOLL_ERR | static_cast<int>(SRT_EPOLL_ET));
}

bool Poller::watch_listener(int socket, std::weak_ptr<Watcher> watcher) {
  return watch(socket, std::move(watcher), SRT_EPOLL_ACCEPT);
}

bool Poller::watch(int socket, std::weak_ptr<Watcher> watcher, int events) {
  {
    std::scoped_lock lock(mutex_);
    watchers_[socket] = std::move(watcher);
  }
  return srt_epoll_add_usock(epoll_, socket, &events) == 0;
}

void Poller::forget(int socket) {
  srt_epoll_remove_usock(epoll_, socket);
  std::scoped_lock lock(mutex_);
  watchers_.erase(socket);
}

void Poller::run() {
  std::array<SRT_EPOLL_EVENT, kEventsPerWait> events;
  for (;;) {
    const int count = srt_epoll_uwait(epoll_, events.data(), kEventsPerWait, kForever);
    if (count < 0) return;
    for (int i = 0; i < std::min(count, kEventsPerWait); ++i) {
      std::shared_ptr<Watcher> watcher;
      {
        std::scoped_lock lock(mutex_);
        if (auto found = watchers_.find(events[static_cast<size_t>(i)].fd); found != watchers_.end())
          watcher = found->second.lock();
      }
      if (watcher) watcher->on_ready();
    }
  }
}

}  // namespace eyas::srt
