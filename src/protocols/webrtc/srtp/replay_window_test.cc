#include "protocols/webrtc/srtp/replay_window.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace eyas::webrtc {
namespace {

TEST(ReplayWindow, TakesEachIndexOnce) {
  ReplayWindow<128> window;
  EXPECT_TRUE(window.is_new(7));
  window.mark(7);
  EXPECT_FALSE(window.is_new(7));
  EXPECT_TRUE(window.is_new(6));
  EXPECT_TRUE(window.is_new(8));
}

TEST(ReplayWindow, WhatIsOlderThanTheWindowIsRefused) {
  ReplayWindow<128> window;
  window.mark(1'000);
  EXPECT_TRUE(window.is_new(1'000 - 127));
  EXPECT_FALSE(window.is_new(1'000 - 128));
}

TEST(ReplayWindow, AgreesWithASetOverRandomOrders) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    ReplayWindow<128> window;
    std::set<uint64_t> seen;
    uint64_t base = 500;
    for (int i = 0; i < 3'000; ++i) {
      base += random() % 10 == 0 ? random() % 300 : 1;
      uint64_t index = base - random() % 200;
      bool expected =
          seen.empty() || index > *seen.rbegin() || (*seen.rbegin() - index < 128 && !seen.count(index));
      ASSERT_EQ(window.is_new(index), expected) << "seed " << seed << " step " << i;
      if (!expected) continue;
      window.mark(index);
      seen.insert(index);
    }
  }
}

}  // namespace
}  // namespace eyas::webrtc
