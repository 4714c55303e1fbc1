// NetworkBed: a protocol's servers on two loops and its peers on a third, behind networks that the test
// chooses.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "container/flv/test_pictures.h"
#include "hub/directory.h"
#include "io/sim/network.h"
#include "protocols/test_paths.h"

namespace eyas::protocols::test {

// `Server` has accept(). Its tests make the servers, and let go of their peers before this dies.
template <class Server>
class NetworkBed {
 public:
  static constexpr base::Duration kFrameTime = std::chrono::milliseconds(40);
  static constexpr uint64_t kStreamBytesPerSecond = flv::PictureCount::kFrameBytes * 25;
  static constexpr size_t kRingBytes = 2 * 1024 * 1024;
  // What one connection may have pending: one send of what was there already.
  static constexpr size_t kPendingMax = 256 * 1024 + 2 * flv::PictureCount::kFrameBytes;

  explicit NetworkBed(uint64_t seed)
      : world(seed), home_{&world.add_loop(), &world.add_loop()}, away_(world.add_loop()) {
    hub::Directory::Options options;
    options.stream.ring.bytes_max = kRingBytes;
    directory.emplace(std::vector<io::Executor*>{home_[0], home_[1]}, options);
  }

  std::optional<hub::StreamFacts> facts() {
    std::optional<hub::StreamFacts> found;
    directory->snapshot(*hub::StreamName::parse("live/alpha"), *home_[0], [&](auto all) {
      if (!all.empty()) found = std::move(all.front());
    });
    world.settle();
    return found;
  }
  // Any network that a player might have, from a good one to a hopeless one.
  io::sim::Path some_path() {
    constexpr auto k1Ms = std::chrono::milliseconds(1);
    io::sim::Path path;
    path.latency = base::Duration(k1Ms * world.pick(300));
    path.jitter = base::Duration(k1Ms * world.pick(50));
    path.loss = static_cast<double>(world.pick(50)) / 1000;
    path.window_bytes = 16'000 + world.pick(200'000);
    if (world.chance(0.5)) path.bytes_per_second = kStreamBytesPerSecond * (3 + world.pick(25)) / 10;
    return path;
  }

  io::sim::SimWorld world;
  std::vector<base::MonoTime> shots;  // when each frame was shot

 protected:
  // A connection of `host`, to one of the servers.
  io::sim::Connection dial_from(const std::string& host, size_t which, const io::sim::Path& up,
                                const io::sim::Path& down) {
    auto line = io::sim::connect(away_, *home_[which], up, down, host + ":50000");
    auto server_end = std::make_shared<std::unique_ptr<io::ByteStream>>(std::move(line.server));
    home_[which]->post(
        [this, which, server_end] { std::next(servers_.begin(), which)->accept(std::move(*server_end)); });
    return line;
  }

  std::array<io::sim::SimExecutor*, 2> home_;
  io::sim::SimExecutor& away_;

 public:
  std::optional<hub::Directory> directory;

 protected:
  std::list<Server> servers_;
};

// `players` of all kinds of networks, which stop, go on and change for so long; then all is well again.
template <class Bed>
void have_a_sick_day(Bed& bed, int seconds) {
  using namespace std::chrono_literals;
  for (; seconds > 0; --seconds) {
    for (auto& player : bed.players) {
      if (bed.world.chance(0.1)) player.cable.cut();
      if (bed.world.chance(0.3)) player.cable.join();
      if (bed.world.chance(0.1)) player.cable.set_path_to_client(bed.some_path());
    }
    bed.run(1s);
    EXPECT_LE(bed.facts()->ring_bytes, Bed::kRingBytes);
  }
  for (auto& player : bed.players) player.cable.set_path_to_client(kLan), player.cable.join();
  bed.run(5s);
  for (auto& player : bed.players) {
    EXPECT_FALSE(player.closed);
    EXPECT_GE(player.seen.newest + 10, bed.shots.size()) << "back at the live edge";
  }
  EXPECT_GT(bed.facts()->units_lost, 0u) << "the day was not sick enough to prove anything";
}

// One player near by, beside `sick` others.
template <class Bed>
void expect_a_healthy_one_unhurt(Bed& bed, int sick) {
  using namespace std::chrono_literals;
  bed.publish({.latency = 20ms, .packet_bytes = 64 * 1024});
  bed.run(500ms);
  auto& healthy = bed.player({.latency = 10ms, .packet_bytes = 64 * 1024});
  bed.run(1s);
  healthy.latest = {};
  for (int i = 0; i < sick; ++i) bed.player(bed.some_path());
  for (int i = 0; i < 10; ++i) {
    for (auto& player : bed.players) {
      if (&player != &healthy && bed.world.chance(0.3)) player.cable.cut();
    }
    bed.run(1s);
  }
  EXPECT_EQ(base::to_ms(healthy.latest), 30);
  EXPECT_EQ(healthy.seen.missing, 0u);
}

}  // namespace eyas::protocols::test
