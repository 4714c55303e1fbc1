// The handshake over a path that loses, doubles and reorders, over seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "protocols/webrtc/dtls/fixtures.h"

namespace eyas::webrtc {
namespace {

using fixtures::Datagram;
using fixtures::outgoing;
using fixtures::Pair;

struct Travelling {
  base::MonoTime arrives;
  bool to_server;
  Datagram datagram;
};

class BadPath {
 public:
  BadPath(uint32_t seed, unsigned loss_percent) : random_(seed), loss_percent_(loss_percent) {}

  void send(bool to_server, Datagram datagram, base::MonoTime now) {
    for (int copies = random_() % 10 == 0 ? 2 : 1; copies > 0; --copies) {
      if (random_() % 100 < loss_percent_) continue;
      travelling_.push_back({now + std::chrono::milliseconds(20 + random_() % 60), to_server, datagram});
    }
  }
  void deliver(Pair& pair) {
    auto due = std::stable_partition(travelling_.begin(), travelling_.end(),
                                     [&](const Travelling& t) { return t.arrives > pair.clock.mono(); });
    std::vector<Travelling> now(std::make_move_iterator(due), std::make_move_iterator(travelling_.end()));
    travelling_.erase(due, travelling_.end());
    for (auto& t : now) (t.to_server ? pair.server : pair.client).on_datagram(t.datagram, pair.clock.mono());
  }

 private:
  std::mt19937 random_;
  unsigned loss_percent_;
  std::vector<Travelling> travelling_;
};

// Virtual milliseconds until both sides are connected; -1 when they never are.
int64_t time_to_connect(uint32_t seed, unsigned loss_percent) {
  Pair pair;
  BadPath path(seed, loss_percent);
  const auto began = pair.clock.mono();
  pair.client.start(began);
  while (!pair.connected()) {
    if (pair.client.state() == DtlsSession::State::kFailed ||
        pair.server.state() == DtlsSession::State::kFailed)
      return -1;
    for (auto& datagram : outgoing(pair.client)) path.send(true, std::move(datagram), pair.clock.mono());
    for (auto& datagram : outgoing(pair.server)) path.send(false, std::move(datagram), pair.clock.mono());
    pair.wait(std::chrono::milliseconds(5));
    path.deliver(pair);
  }
  return base::to_ms(pair.clock.mono() - began);
}

TEST(DtlsSimulation, ConnectsOverABadPath) {
  std::vector<int64_t> times;
  for (uint32_t seed = 0; seed < 150; ++seed) {
    int64_t time = time_to_connect(seed, 20);
    ASSERT_GE(time, 0) << "seed " << seed;
    times.push_back(time);
  }
  std::sort(times.begin(), times.end());
  std::printf("20%% loss: median %ld ms, worst %ld ms\n", static_cast<long>(times[times.size() / 2]),
              static_cast<long>(times.back()));
  EXPECT_LT(times[times.size() / 2], 1'500);
}

TEST(DtlsSimulation, ConnectsInTwoRoundTripsOverAGoodPath) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    int64_t time = time_to_connect(seed, 0);
    ASSERT_GE(time, 0) << "seed " << seed;
    EXPECT_LT(time, 1'000) << "seed " << seed;
  }
}

}  // namespace
}  // namespace eyas::webrtc
