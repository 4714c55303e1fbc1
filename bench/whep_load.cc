#include "bench/whep_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <random>

#include "bench/process.h"

namespace eyas::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int64_t kTickNs = 5'000'000;
constexpr size_t kHandshakesAtOnce = 8;
// The crowd is read this often: often enough for its buffers, seldom enough not to be what is measured.
constexpr auto kCrowdPause = milliseconds(4);

}  // namespace

WhepTotals& WhepTotals::operator+=(const WhepTotals& other) {
  bytes += other.bytes;
  datagrams += other.datagrams;
  lost += other.lost;
  playing += other.playing;
  refused += other.refused;
  ended += other.ended;
  return *this;
}

WhepGroup::WhepGroup() : epoll_fd_(epoll_create1(EPOLL_CLOEXEC)) {}

WhepGroup::~WhepGroup() {
  close(epoll_fd_);
}

WhepViewer& WhepGroup::join(const WhepWorld& world, SignallingClient& http, Samples* samples) {
  WhepViewer& viewer = *viewers_.emplace_back(std::make_unique<WhepViewer>(world, http, samples));
  if (viewer.over()) return viewer;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &viewer;
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, viewer.fd(), &event);
  return viewer;
}

void WhepGroup::turn(base::Duration wait, bool record_latency) {
  std::array<epoll_event, 256> events;
  int timeout = static_cast<int>(base::to_ms(wait));
  for (int count = static_cast<int>(events.size()); count == static_cast<int>(events.size()); timeout = 0) {
    count = epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()), timeout);
    for (int i = 0; i < count; ++i)
      static_cast<WhepViewer*>(events[static_cast<size_t>(i)].data.ptr)->read(record_latency);
  }
  if (now_ns() < next_tick_ns_) return;
  next_tick_ns_ = now_ns() + kTickNs;
  for (auto& viewer : viewers_) viewer->tick();
}

size_t WhepGroup::waiting() const {
  size_t count = 0;
  for (auto& viewer : viewers_) count += !viewer->over() && !viewer->saw_video();
  return count;
}

void WhepGroup::begin_window() {
  bytes_before_ = datagrams_before_ = 0;
  WhepTotals so_far = totals();
  bytes_before_ = so_far.bytes;
  datagrams_before_ = so_far.datagrams;
  for (auto& viewer : viewers_) viewer->begin_window();
}

WhepTotals WhepGroup::totals() const {
  WhepTotals all;
  for (auto& viewer : viewers_) {
    all.bytes += viewer->bytes();
    all.datagrams += viewer->datagrams();
    all.lost += viewer->lost();
    all.playing += viewer->state() == WhepViewer::State::kPlaying;
    all.refused += viewer->state() == WhepViewer::State::kRefused;
    all.ended += viewer->state() == WhepViewer::State::kEnded || (!viewer->over() && !viewer->saw_video());
  }
  all.bytes -= bytes_before_;
  all.datagrams -= datagrams_before_;
  return all;
}

WhepCrowd::WhepCrowd(const WhepWorld& world, int count, base::Duration patience) {
  thread_ = std::thread([this, &world, count, patience] { run(world, count, patience); });
  while (!joined_) std::this_thread::sleep_for(milliseconds(10));
}

WhepCrowd::~WhepCrowd() {
  request_ = kStop;
  thread_.join();
}

void WhepCrowd::ask(Request request) {
  request_ = request;
  while (request_ != kNothing) std::this_thread::sleep_for(milliseconds(1));
}

void WhepCrowd::run(const WhepWorld& world, int count, base::Duration patience) {
  WhepGroup group;
  join_all(group, world, count, patience);
  joined_ = true;
  while (request_ != kStop) {
    group.turn(base::Duration::zero(), false);
    std::this_thread::sleep_for(kCrowdPause);
    if (request_ == kBegin) group.begin_window();
    if (request_ == kTotals) totals_ = group.totals();
    int served = request_;
    if (served == kBegin || served == kTotals) request_.compare_exchange_strong(served, kNothing);
  }
}

void WhepCrowd::join_all(WhepGroup& group, const WhepWorld& world, int count, base::Duration patience) {
  SignallingClient http(world.target.port);
  const int64_t limit = now_ns() + patience.count();
  while (static_cast<int>(group.size()) < count && now_ns() < limit) {
    if (group.waiting() < kHandshakesAtOnce) group.join(world, http, nullptr);
    group.turn(base::Duration::zero(), false);
  }
  while (group.waiting() > 0 && now_ns() < limit) group.turn(milliseconds(1), false);
}

JunkFlood::JunkFlood(uint16_t port, int per_second) {
  thread_ = std::thread([this, port, per_second] { run(port, per_second); });
}

JunkFlood::~JunkFlood() {
  stopping_ = true;
  thread_.join();
}

namespace {

// Random bytes behind a beginning that a demultiplexer takes for one of its kinds, or for none.
std::vector<uint8_t> junk(std::mt19937& random) {
  std::vector<uint8_t> bytes(20 + random() % 180);
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
  switch (random() % 4) {
    case 0: {  // a check of a session that nobody has
      webrtc::stun::Writer check(bytes, webrtc::stun::kBinding, webrtc::stun::Class::kRequest, {});
      check.username("AAAAAAAAAAAA:BBBB");
      check.integrity("no password of anybody");
      check.fingerprint();
      if (check.finish() > 0) bytes.resize(check.finish());
      break;
    }
    case 1: {  // a DTLS ClientHello's record header
      constexpr uint8_t kHello[] = {22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 1};
      std::copy(std::begin(kHello), std::end(kHello), bytes.begin());
      break;
    }
    case 2:  // RTP
      bytes[0] = 0x80;
      bytes[1] = 96;
      break;
    default:
      break;
  }
  return bytes;
}

}  // namespace

void JunkFlood::run(uint16_t port, int per_second) {
  std::mt19937 random(1);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  std::vector<std::vector<uint8_t>> kinds;
  for (int i = 0; i < 1'000; ++i) kinds.push_back(junk(random));
  const int64_t begin = now_ns();
  while (!stopping_) {
    auto due = static_cast<uint64_t>(static_cast<double>(now_ns() - begin) * 1e-9 * per_second);
    for (; sent_ < due; ++sent_) {
      const auto& bytes = kinds[sent_ % kinds.size()];
      (void)::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
  close(fd);
}

ChurnTotals churn(const WhepWorld& world, int count) {
  ChurnTotals totals;
  SignallingClient http(world.target.port);
  for (; totals.opened < count; ++totals.opened) {
    WhepGroup group;
    WhepViewer& viewer = group.join(world, http, nullptr);
    const int64_t limit = now_ns() + 2'000'000'000;
    while (group.waiting() > 0 && now_ns() < limit) group.turn(milliseconds(1), false);
    totals.failed += !viewer.saw_video();
    viewer.leave(http);
  }
  return totals;
}

}  // namespace eyas::bench
