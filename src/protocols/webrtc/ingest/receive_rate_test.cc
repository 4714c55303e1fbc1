#include "protocols/webrtc/ingest/receive_rate.h"

#include <gtest/gtest.h>

namespace eyas::webrtc {
namespace {

using std::chrono::seconds;

constexpr base::MonoTime kStart{std::chrono::hours(1)};

TEST(ReceiveRate, FollowsLossWithinItsBounds) {
  ReceiveRate rate(100'000, 10'000'000);
  base::MonoTime now = kStart;
  rate.update(0, now);
  auto second = [&](size_t bytes, uint8_t lost) {
    rate.on_packet(bytes);
    now += seconds(1);
    return rate.update(lost, now);
  };
  EXPECT_EQ(second(250'000, 0), 10'000'000u);
  EXPECT_EQ(second(250'000, 10), 10'000'000u);  // 4 %: neither
  EXPECT_EQ(second(250'000, 50), 1'800'000u);   // nine tenths of what came through
  EXPECT_GT(second(250'000, 0), 1'900'000u);
  EXPECT_EQ(second(10, 200), 100'000u);
}

}  // namespace
}  // namespace eyas::webrtc
