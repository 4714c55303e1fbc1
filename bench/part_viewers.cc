#include "bench/part_viewers.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cstdio>
#include <random>

#include "bench/flv_file.h"
#include "bench/process.h"

namespace eyas::bench {
namespace {

constexpr int kDrainMs = 10;

// The values of `mark` in a playlist, in order: what stands between it and the next quotation mark.
std::vector<std::string> all_after(const std::string& playlist, std::string_view mark) {
  std::vector<std::string> values;
  for (size_t at = playlist.find(mark); at != std::string::npos; at = playlist.find(mark, at)) {
    at += mark.size();
    values.push_back(playlist.substr(at, playlist.find('"', at) - at));
  }
  return values;
}

std::vector<std::string> parts_of(const std::string& playlist) {
  std::vector<std::string> parts;
  for (size_t at = 0; (at = playlist.find("#EXT-X-PART:", at)) != std::string::npos; ++at) {
    size_t uri = playlist.find("URI=\"", at) + 5;
    parts.push_back(playlist.substr(uri, playlist.find('"', uri) - uri));
  }
  return parts;
}

// "video_17_2.m4s" -> "?_HLS_msn=17&_HLS_part=2&_HLS_skip=YES".
std::string reload_for(const std::string& hint) {
  size_t msn = hint.find('_') + 1, part = hint.rfind('_') + 1;
  return "?_HLS_msn=" + hint.substr(msn, part - 1 - msn) +
         "&_HLS_part=" + hint.substr(part, hint.find('.') - part) + "&_HLS_skip=YES";
}

}  // namespace

struct PartViewers::Viewer {
  Viewer(uint16_t port, int64_t first_ns, size_t turn) : client(port), next_ns(first_ns), turn(turn) {}
  HttpClient client;
  int64_t next_ns;
  size_t turn;  // which part of a file's playlist comes next
  bool wants_playlist = true;
  std::string reload;              // directives of the next playlist request
  std::string newest;              // the last part that was asked for
  std::vector<std::string> parts;  // to be asked for, the last one first
};

PartViewers::PartViewers(const Target& target, int count, int pace_ms, bool sampled)
    : target_(target),
      pace_ns_(pace_ms * int64_t{1'000'000}),
      sampled_(sampled),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)) {
  int64_t now = now_ns();
  for (int i = 0; i < count; ++i) {
    auto turn = static_cast<size_t>(i);
    viewers_.push_back(std::make_unique<Viewer>(target.port, now + pace_ns_ * i / count, turn));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = viewers_.back().get();
    epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, viewers_.back()->client.fd(), &event);
  }
}

PartViewers::~PartViewers() {
  close(epoll_fd_);
}

void PartViewers::begin_due() {
  int64_t now = now_ns();
  for (auto& viewer : viewers_) {
    if (viewer->client.waiting() || viewer->next_ns > now) continue;
    viewer->next_ns = pace_ns_ > 0 ? viewer->next_ns + pace_ns_ : 0;
    viewer->wants_playlist = true;
    ++load_.requests;
    viewer->client.ask(target_.path + viewer->reload, true);
  }
}

void PartViewers::on_playlist(Viewer& viewer, const std::string& playlist) {
  std::vector<std::string> parts = parts_of(playlist);
  if (parts.empty()) return;
  viewer.parts.clear();
  if (pace_ns_ > 0) {
    viewer.parts.push_back(parts[viewer.turn++ % parts.size()]);
  } else {
    // What came since the last time, oldest first; a newcomer begins with the newest.
    for (size_t i = parts.size(); i-- > 0 && parts[i] != viewer.newest;) {
      viewer.parts.push_back(parts[i]);
      if (viewer.newest.empty()) break;
    }
    viewer.newest = parts.back();
    std::vector<std::string> hints = all_after(playlist, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"");
    if (!hints.empty()) viewer.reload = reload_for(hints.back());
  }
  ask_part(viewer);
}

void PartViewers::ask_part(Viewer& viewer) {
  if (viewer.parts.empty()) {
    // Not at once: sampled viewers stand among the others in the server's order of answering, not before
    // them.
    static thread_local std::minstd_rand random;
    if (pace_ns_ == 0) viewer.next_ns = now_ns() + (sampled_ ? random() % (2 * kDrainMs * 1'000'000) : 0);
    return;
  }
  std::string part = std::move(viewer.parts.back());
  viewer.parts.pop_back();
  viewer.wants_playlist = false;
  ++load_.requests;
  viewer.client.ask(target_.path.substr(0, target_.path.rfind('/') + 1) + part, sampled_);
}

void PartViewers::on_part(Viewer& viewer) {
  if (sampled_ && viewer.parts.empty()) {
    std::string body = viewer.client.body();
    if (auto stamp = last_stamp_of(base::as_bytes(body)))
      load_.part_ms.push_back(static_cast<double>(now_ns() - stamp->sent_ns) * 1e-6);
  }
  ask_part(viewer);
}

void PartViewers::on_answer(Viewer& viewer) {
  if (!viewer.client.ok()) {
    ++load_.failures;
    viewer.reload.clear();
    viewer.next_ns = now_ns() + 100'000'000;
  } else if (viewer.wants_playlist) {
    on_playlist(viewer, viewer.client.body());
  } else {
    on_part(viewer);
  }
}

void PartViewers::read(Viewer& viewer) {
  HttpClient::Progress progress = viewer.client.read();
  load_.bytes += viewer.client.take_bytes();
  if (progress == HttpClient::Progress::kAnswered) on_answer(viewer);
  if (progress != HttpClient::Progress::kLost) return;
  ++load_.failures;
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, viewer.client.fd(), nullptr);
}

PartLoad PartViewers::watch(double seconds) {
  load_ = {};
  int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9);
  std::vector<epoll_event> events(viewers_.size() + 1);
  while (now_ns() < end) {
    begin_due();
    int count = epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()), sampled_ ? 1 : 0);
    for (int i = 0; i < count; ++i) read(*static_cast<Viewer*>(events[static_cast<size_t>(i)].data.ptr));
    if (!sampled_) usleep(kDrainMs * 1000);
  }
  return std::move(load_);
}

}  // namespace eyas::bench
