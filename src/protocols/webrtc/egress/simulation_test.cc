// One viewer's whole send side over simulated paths, on virtual time and over seeds.
#include <gtest/gtest.h>

#include "protocols/webrtc/egress/test_rig.h"

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;
using base::MonoTime;
using io::sim::Path;
using test::FlightOptions;
using test::Rig;

constexpr size_t kNetworkQueue = 192 * 1024;

Path path(base::Duration one_way, double loss = 0, base::Duration jitter = 0ms, uint64_t bps = 0) {
  Path made;
  made.latency = one_way;
  made.jitter = jitter;
  made.loss = loss;
  made.bytes_per_second = bps / 8;
  made.window_bytes = bps == 0 ? (64u << 20) : kNetworkQueue;
  return made;
}

void expect_sound(Rig& rig) {
  EXPECT_EQ(rig.viewer().broken, 0u);
  EXPECT_EQ(rig.viewer().bad, 0u);
  EXPECT_LE(rig.viewer().largest_datagram, 1232u);
}

TEST(SenderSimulation, OnAGoodPathEveryPictureIsShownAtOnce) {
  Rig rig(1);
  rig.set_path(path(2ms));
  rig.set_way_back(path(2ms));
  rig.run(3100ms);
  rig.join();
  MonoTime joined = rig.now();
  rig.run(30s);
  expect_sound(rig);
  rig.run(5ms);
  EXPECT_EQ(rig.viewer().shown.back().number + 1, rig.published());
  EXPECT_EQ(rig.viewer().shown.size(), rig.published() - 60);  // from the newest group's start on
  // The burst is old by nature; what follows must not be.
  EXPECT_LE(rig.worst_delay(joined + 500ms), 20ms);
  EXPECT_EQ(rig.viewer().plis, 0u);
  EXPECT_EQ(rig.sender().statistics().skipped_frames, 0u);
}

TEST(SenderSimulation, FivePercentLossAt50msCostsNoFreeze) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rig rig(seed);
    rig.set_path(path(25ms, 0.05, 4ms));
    rig.set_way_back(path(25ms, 0.05, 4ms));
    rig.run(2s);
    rig.join();
    MonoTime joined = rig.now();
    rig.run(60s);
    expect_sound(rig);
    uint32_t shown = static_cast<uint32_t>(rig.viewer().shown.size());
    uint32_t first = rig.viewer().shown.front().number;
    double missed = 1 - static_cast<double>(shown) / (rig.published() - first);
    EXPECT_LT(missed, 0.005);
    EXPECT_LE(rig.longest_freeze(joined + 500ms), 250ms);
  }
}

TEST(SenderSimulation, APathCutTo60PercentNeverGrowsTheDelayAndRecovers) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rig rig(seed);
    rig.set_path(path(25ms, 0, 2ms, 6'000'000));
    rig.set_way_back(path(25ms, 0, 2ms));
    rig.run(2s);
    rig.join();
    rig.run(15s);
    MonoTime cut = rig.now();
    rig.set_path(path(25ms, 0, 2ms, 1'200'000));
    size_t before = rig.viewer().shown.size();
    rig.run(20s);
    MonoTime whole = rig.now();
    EXPECT_TRUE(rig.sender().statistics().constrained);
    EXPECT_GE(rig.viewer().shown.size() - before, 40u);  // keyframes and what the path carries besides
    rig.set_path(path(25ms, 0, 2ms, 6'000'000));
    rig.run(15s);
    expect_sound(rig);
    EXPECT_LE(rig.worst_delay(whole + 3s), 300ms);
    EXPECT_LE(rig.longest_freeze(whole + 3s), 250ms);
    // A keyframe alone takes 670 ms on such a path; what waits longer than that and a margin is dropped.
    EXPECT_LE(rig.worst_delay(cut, whole), 1500ms);
    EXPECT_LE(rig.worst_delay(cut + 10s, whole), rig.worst_delay(cut, whole));
  }
}

}  // namespace
}  // namespace eyas::webrtc
