#include "bench/hls_viewers.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "bench/process.h"

namespace eyas::bench {
namespace {

constexpr int64_t kPeriodNs = 2'000'000'000;

// The last line that names a media segment.
std::string newest_segment(const std::string& playlist) {
  std::string newest;
  for (size_t at = 0; at < playlist.size();) {
    size_t end = std::min(playlist.find('\n', at), playlist.size());
    if (end > at && playlist[at] != '#') newest = playlist.substr(at, end - at);
    at = end + 1;
  }
  while (!newest.empty() && newest.back() == '\r') newest.pop_back();
  return newest;
}

}  // namespace

struct HlsViewers::Viewer {
  int fd = -1;
  int64_t next_ns = 0;
  bool waiting = false;  // an answer is under way
  bool wants_playlist = true;
  std::string held;  // head, and the body of a playlist
  size_t body_left = 0;
  bool in_body = false;
};

HlsViewers::HlsViewers(const Target& target, int count)
    : target_(target), viewers_(static_cast<size_t>(count)), epoll_fd_(epoll_create1(EPOLL_CLOEXEC)) {
  int64_t now = now_ns();
  for (int i = 0; i < count; ++i) {
    Viewer& viewer = viewers_[static_cast<size_t>(i)];
    viewer.fd = connect_loopback(target.port);
    viewer.next_ns = now + kPeriodNs * i / count;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &viewer;
    epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, viewer.fd, &event);
  }
}

HlsViewers::~HlsViewers() {
  for (Viewer& viewer : viewers_) close(viewer.fd);
  close(epoll_fd_);
}

void HlsViewers::ask(Viewer& viewer, const std::string& path) {
  viewer.waiting = true;
  viewer.in_body = false;
  viewer.held.clear();
  ++load_.requests;
  send_all(viewer.fd, base::as_bytes("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
}

void HlsViewers::on_answer(Viewer& viewer) {
  viewer.waiting = false;
  if (!viewer.held.starts_with("HTTP/1.1 200")) {
    ++load_.failures;
  } else if (viewer.wants_playlist) {
    std::string segment = newest_segment(viewer.held.substr(viewer.held.find("\r\n\r\n") + 4));
    if (segment.empty()) return;
    viewer.wants_playlist = false;
    bool absolute = segment.front() == '/';
    ask(viewer, absolute ? segment : target_.path.substr(0, target_.path.rfind('/') + 1) + segment);
    return;
  }
  viewer.wants_playlist = true;
}

void HlsViewers::read(Viewer& viewer) {
  static thread_local std::vector<char> buffer(1 << 18);
  bool discard = viewer.in_body && !viewer.wants_playlist;
  ssize_t n = recv(viewer.fd, discard ? nullptr : buffer.data(), discard ? viewer.body_left : buffer.size(),
                   MSG_DONTWAIT | (discard ? MSG_TRUNC : 0));
  if (n == 0) {
    ++load_.failures;
    epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, viewer.fd, nullptr);
  }
  if (n <= 0) return;
  auto count = static_cast<size_t>(n);
  load_.bytes += count;
  if (!discard) viewer.held.append(buffer.data(), count);
  if (!viewer.in_body) {
    size_t end = viewer.held.find("\r\n\r\n");
    if (end == std::string::npos) return;
    std::string head = viewer.held.substr(0, end);
    std::ranges::transform(head, head.begin(), [](unsigned char c) { return std::tolower(c); });
    size_t length = head.find("content-length:");
    viewer.in_body = true;
    viewer.body_left = length == std::string::npos ? 0 : std::strtoull(&head[length + 15], nullptr, 10);
    count = viewer.held.size() - end - 4;
  }
  viewer.body_left -= std::min(count, viewer.body_left);
  if (viewer.body_left == 0) on_answer(viewer);
}

HlsLoad HlsViewers::watch(double seconds) {
  load_ = {};
  int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9);
  std::vector<epoll_event> events(viewers_.size());
  while (now_ns() < end) {
    int64_t now = now_ns();
    for (Viewer& viewer : viewers_) {
      if (viewer.next_ns > now || viewer.waiting) continue;
      viewer.next_ns += kPeriodNs;
      ask(viewer, target_.path);
    }
    int count = epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) read(*static_cast<Viewer*>(events[static_cast<size_t>(i)].data.ptr));
    usleep(10'000);  // viewers are drained every 10 ms
  }
  return load_;
}

}  // namespace eyas::bench
