#include "protocols/webrtc/egress/send_history.h"

#include <gtest/gtest.h>

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;

constexpr base::MonoTime kStart{1h};

PacketUnitPtr unit(size_t packets, size_t bytes_each = 100) {
  auto made = std::make_shared<PacketUnit>();
  made->payload = base::Slice(std::vector<uint8_t>(packets * bytes_each));
  for (size_t i = 0; i < packets; ++i) {
    made->packets.push_back(
        {static_cast<uint32_t>(i * bytes_each), static_cast<uint16_t>(bytes_each), 0, i + 1 == packets});
  }
  return made;
}

TEST(SendHistory, FindsPacketsByNumberAcrossTheWrap) {
  SendHistory history({});
  auto first = unit(3);
  auto second = unit(4);
  history.add(first, 65534, 1000, kStart);
  history.add(second, 1, 2000, kStart);
  auto found = history.find(65535, 5);
  ASSERT_TRUE(found);
  EXPECT_EQ(&found->unit, first.get());
  EXPECT_EQ(&found->packet, &first->packets[1]);
  EXPECT_EQ(found->timestamp, 1000u);
  EXPECT_EQ(&history.find(0, 5)->packet, &first->packets[2]);
  EXPECT_EQ(&history.find(4, 5)->packet, &second->packets[3]);
  EXPECT_EQ(history.find(4, 5)->timestamp, 2000u);
}

TEST(SendHistory, GivesNothingThatHasNotLeft) {
  SendHistory history({});
  EXPECT_FALSE(history.find(0, 0));
  history.add(unit(10), 100, 0, kStart);
  EXPECT_TRUE(history.find(103, 104));
  EXPECT_FALSE(history.find(104, 104));
  EXPECT_FALSE(history.find(99, 104));
  EXPECT_FALSE(history.find(40'000, 104));
}

TEST(SendHistory, IsBoundedInTimePacketsAndBytes) {
  SendHistory by_time({1s, 1'000'000, 1u << 30});
  SendHistory by_packets({1h, 100, 1u << 30});
  SendHistory by_bytes({1h, 1'000'000, 50'000});
  uint16_t number = 0;
  for (int i = 0; i < 1000; ++i) {
    base::MonoTime now = kStart + i * 10ms;
    for (SendHistory* history : {&by_time, &by_packets, &by_bytes}) history->add(unit(10), number, 0, now);
    number = static_cast<uint16_t>(number + 10);
    EXPECT_LE(by_time.units(), 102u);
    EXPECT_LE(by_packets.packets(), 100u);
    EXPECT_LE(by_bytes.bytes(), 50'000u);
  }
  EXPECT_GE(by_time.units(), 100u);
  by_time.forget_old(kStart + 1h);
  EXPECT_EQ(by_time.units(), 1u);
}

TEST(SendHistory, SharesTheFeedsUnits) {
  SendHistory history({});
  auto shared = unit(1);
  history.add(shared, 0, 0, kStart);
  EXPECT_EQ(shared.use_count(), 2);
}

}  // namespace
}  // namespace eyas::webrtc
