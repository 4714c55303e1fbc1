#include "bench/hls_viewers.h"

#include <sys/epoll.h>
#include <unistd.h>

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
  Viewer(uint16_t port, int64_t first_ns) : client(port), next_ns(first_ns) {}
  HttpClient client;
  int64_t next_ns;
  bool wants_playlist = true;
};

HlsViewers::HlsViewers(const Target& target, int count)
    : target_(target), epoll_fd_(epoll_create1(EPOLL_CLOEXEC)) {
  int64_t now = now_ns();
  for (int i = 0; i < count; ++i) {
    viewers_.push_back(std::make_unique<Viewer>(target.port, now + kPeriodNs * i / count));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = viewers_.back().get();
    epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, viewers_.back()->client.fd(), &event);
  }
}

HlsViewers::~HlsViewers() {
  close(epoll_fd_);
}

void HlsViewers::ask(Viewer& viewer, const std::string& path) {
  ++load_.requests;
  viewer.client.ask(path, viewer.wants_playlist);
}

void HlsViewers::on_answer(Viewer& viewer) {
  if (!viewer.client.ok()) {
    ++load_.failures;
  } else if (viewer.wants_playlist) {
    std::string segment = newest_segment(viewer.client.body());
    if (segment.empty()) return;
    viewer.wants_playlist = false;
    bool absolute = segment.front() == '/';
    ask(viewer, absolute ? segment : target_.path.substr(0, target_.path.rfind('/') + 1) + segment);
    return;
  }
  viewer.wants_playlist = true;
}

void HlsViewers::read(Viewer& viewer) {
  HttpClient::Progress progress = viewer.client.read();
  load_.bytes += viewer.client.take_bytes();
  if (progress == HttpClient::Progress::kAnswered) on_answer(viewer);
  if (progress != HttpClient::Progress::kLost) return;
  ++load_.failures;
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, viewer.client.fd(), nullptr);
}

HlsLoad HlsViewers::watch(double seconds) {
  load_ = {};
  int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9);
  std::vector<epoll_event> events(viewers_.size());
  while (now_ns() < end) {
    int64_t now = now_ns();
    for (auto& viewer : viewers_) {
      if (viewer->next_ns > now || viewer->client.waiting()) continue;
      viewer->next_ns += kPeriodNs;
      ask(*viewer, target_.path);
    }
    int count = epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) read(*static_cast<Viewer*>(events[static_cast<size_t>(i)].data.ptr));
    usleep(10'000);  // viewers are drained every 10 ms
  }
  return load_;
}

}  // namespace eyas::bench
