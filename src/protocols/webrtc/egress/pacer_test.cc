#include "protocols/webrtc/egress/pacer.h"

#include <gtest/gtest.h>

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;

constexpr base::MonoTime kStart{1h};

PacketUnitPtr unit(size_t bytes, bool key = false) {
  auto made = std::make_shared<PacketUnit>();
  made->key = key;
  made->payload = base::Slice(std::vector<uint8_t>(bytes));
  made->packets.resize((bytes + 999) / 1000);
  return made;
}

// Sends in packets of 1,000 bytes, waking when the pacer says; returns how long it took.
base::Duration drain(Pacer& pacer, base::MonoTime from) {
  base::MonoTime now = from;
  while (!pacer.empty()) {
    if (!pacer.may_send(now)) {
      EXPECT_GT(pacer.next_at(), now);
      now = pacer.next_at();
      continue;
    }
    pacer.on_sent(1000);
    if (++pacer.front().next_packet == pacer.front().unit->packets.size()) pacer.pop();
  }
  return now - from;
}

TEST(Pacer, OrdinaryFramesPassAtOnce) {
  Pacer pacer;
  for (int i = 0; i < 30; ++i) {
    base::MonoTime now = kStart + i * 33ms;
    pacer.push({unit(8000), 0, 0, now});
    EXPECT_EQ(drain(pacer, now), 0ms);
  }
}

TEST(Pacer, AKeyframeIsSpreadButNotForLong) {
  Pacer pacer;
  pacer.push({unit(400'000, true), 0, 0, kStart});
  base::Duration took = drain(pacer, kStart);
  EXPECT_GE(took, 5ms);
  EXPECT_LE(took, Pacer::kSpreadMax + Pacer::kStep);
}

TEST(Pacer, AKnownLimitIsHardlyExceeded) {
  Pacer pacer;
  pacer.set_path(4'000'000, false);
  pacer.push({unit(500'000, true), 0, 0, kStart});
  EXPECT_NEAR(base::to_seconds(drain(pacer, kStart)), 1.0 / Pacer::kLimitFactor, 0.05);
}

TEST(Pacer, AFullPathGetsWhatItCarriesAndNoBursts) {
  Pacer pacer;
  pacer.set_path(1'000'000, true);
  pacer.push({unit(125'000), 0, 0, kStart});
  EXPECT_NEAR(base::to_seconds(drain(pacer, kStart)), 1.0, 0.05);
}

TEST(Pacer, WhatWaitedTooLongGoesUpToTheNextYoungKeyframe) {
  Pacer pacer;
  pacer.push({unit(1000, true), 0, 0, kStart});
  pacer.push({unit(1000), 0, 0, kStart + 40ms});
  pacer.push({unit(1000, true), 0, 0, kStart + 80ms});
  pacer.push({unit(1000), 0, 0, kStart + 120ms});
  EXPECT_EQ(pacer.drop_before(kStart).units, 0u);
  Pacer::Dropped dropped = pacer.drop_before(kStart + 60ms);
  EXPECT_EQ(dropped.units, 2u);
  EXPECT_FALSE(dropped.to_end);
  EXPECT_EQ(pacer.units(), 2u);
  EXPECT_EQ(pacer.bytes(), 2000u);
  dropped = pacer.drop_before(kStart + 100ms);
  EXPECT_EQ(dropped.units, 2u);
  EXPECT_TRUE(dropped.to_end);
  EXPECT_EQ(pacer.bytes(), 0u);
}

TEST(Pacer, AFrameThatHasBegunToLeaveIsFinished) {
  Pacer pacer;
  pacer.push({unit(2000, true), 0, 1, kStart});
  pacer.push({unit(1000), 0, 0, kStart});
  EXPECT_EQ(pacer.drop_before(kStart + 1s).units, 1u);
  EXPECT_EQ(pacer.units(), 1u);
}

}  // namespace
}  // namespace eyas::webrtc
