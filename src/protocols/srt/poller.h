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
    // There is more to read, room to send, somebody to accept, or the end. On the poller's thread.
    virtual void on_ready() = 0;
  };

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Tells of each change once. A caller is watched before it connects: libsrt says that there is room while
  // the socket still counts as connecting, to whoever begins to watch just then, and never again.
  // False when libsrt refuses.
  bool watch(int socket, std::weak_ptr<Watcher> watcher);
  // Tells as long as somebody waits to be accepted: one who left while waiting makes accept() fail although
  // others wait behind him.
  bool watch_listener(int socket, std::weak_ptr<Watcher> watcher);
  void forget(int socket);

 private:
  bool watch(int socket, std::weak_ptr<Watcher> watcher, int events);
  void run();

  int epoll_;
  std::mutex mutex_;
  std::unordered_map<int, std::weak_ptr<Watcher>> watchers_;
  std::thread thread_;
};

}  // namespace eyas::srt
