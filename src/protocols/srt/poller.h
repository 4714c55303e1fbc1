// Poller: the thread that waits for all SRT sockets, since a loop's epoll cannot.
#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace eyas::srt {

// Starts libsrt when it is made and stops it when it dies; sockets must be gone by then. Thread-safe.
class Poller {
 public:
  struct Watcher {
    virtual ~Watcher() = default;
    // Something changed: there is more to read, room to send, or the end. On the poller's thread; told once
    // for each change.
    virtual void on_ready() = 0;
  };

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // False when libsrt refuses.
  bool watch(int socket, std::weak_ptr<Watcher> watcher);
  void forget(int socket);

 private:
  void run();

  int epoll_;
  std::mutex mutex_;
  std::unordered_map<int, std::weak_ptr<Watcher>> watchers_;
  std::thread thread_;
};

}  // namespace eyas::srt
