#include "hub/group_ring.h"

#include <gtest/gtest.h>

namespace eyas::hub {
namespace {

using namespace std::chrono_literals;

struct TestUnit {
  media::MediaTime dts;
  size_t size = 100;
  size_t bytes() const { return size; }
};
using Ring = GroupRing<TestUnit, int>;

void push_group(Ring& ring, int head, int from_ms, int count, size_t size = 100) {
  ring.start_group(std::make_shared<const int>(head));
  for (int i = 0; i < count; ++i) {
    ring.push(std::make_shared<const TestUnit>(TestUnit{media::media_time_from_ms(from_ms + 40 * i), size}));
  }
}

int64_t ms(const Ring::Item& item) {
  return media::media_time_to_ms(item.unit->dts);
}

TEST(GroupRing, ANewcomerStartsAtTheNewestGroupWithItsHead) {
  Ring ring({1 << 20, 10s});
  push_group(ring, 1, 0, 25);
  push_group(ring, 2, 1000, 3);
  Ring::Cursor cursor;
  auto first = ring.next(cursor, 4s);
  ASSERT_TRUE(first);
  EXPECT_EQ(*first->head, 2);
  EXPECT_EQ(ms(*first), 1000);
  EXPECT_EQ(first->lost, 0u);
  auto second = ring.next(cursor, 4s);
  EXPECT_EQ(second->head, nullptr);
  EXPECT_EQ(ms(*second), 1040);
}

TEST(GroupRing, UnitsBeforeAnyGroupAreNotKept) {
  Ring ring({1 << 20, 10s});
  ring.push(std::make_shared<const TestUnit>(TestUnit{media::media_time_from_ms(0)}));
  Ring::Cursor cursor;
  EXPECT_FALSE(ring.next(cursor, 4s));
  EXPECT_EQ(ring.bytes(), 0u);
}

TEST(GroupRing, ALappedReaderJumpsToTheNewestGroupAndTheLossIsExact) {
  Ring ring({1 << 20, 2s});
  push_group(ring, 1, 0, 25);
  Ring::Cursor cursor;
  ASSERT_EQ(ms(*ring.next(cursor, 100s)), 0);  // has unit 1 of the first group
  for (int g = 1; g <= 6; ++g) push_group(ring, g + 1, 1000 * g, 25);
  auto item = ring.next(cursor, 100s);
  ASSERT_TRUE(item);
  EXPECT_EQ(*item->head, 7);
  EXPECT_EQ(ms(*item), 6000);
  EXPECT_EQ(item->lost, 6u * 25 - 1);
}

TEST(GroupRing, AReaderThatLagsJumpsBeforeItIsLapped) {
  Ring ring({1 << 20, 100s});
  push_group(ring, 1, 0, 25);
  Ring::Cursor cursor;
  ring.next(cursor, 1s);
  push_group(ring, 2, 1000, 25);
  auto item = ring.next(cursor, 1s);
  EXPECT_EQ(ms(*item), 1000);
  EXPECT_EQ(item->lost, 24u);
}

TEST(GroupRing, OldGroupsLeaveByTimeAndByBytes) {
  Ring by_time({1 << 20, 3s});
  for (int g = 0; g < 100; ++g) push_group(by_time, g, 1000 * g, 25);
  EXPECT_LE(by_time.groups(), 5u);
  EXPECT_GE(by_time.span(), 3s);
  Ring by_bytes({100'000, 1000s});
  for (int g = 0; g < 100; ++g) push_group(by_bytes, g, 1000 * g, 25, 1000);
  EXPECT_LE(by_bytes.bytes(), 100'000u);
}

TEST(GroupRing, AnEndlessGroupStaysBoundedAndNobodyStartsInItsMiddle) {
  Ring ring({10'000, 1000s});
  push_group(ring, 1, 0, 1);
  Ring::Cursor healthy;
  ring.next(healthy, 1000s);
  for (int i = 1; i < 500; ++i) {
    ring.push(std::make_shared<const TestUnit>(TestUnit{media::media_time_from_ms(40 * i), 1000}));
    EXPECT_LE(ring.bytes(), 10'000u);
    auto item = ring.next(healthy, 1000s);
    ASSERT_TRUE(item);  // a reader that keeps up misses nothing
    EXPECT_EQ(item->lost, 0u);
  }
  Ring::Cursor newcomer;
  EXPECT_FALSE(ring.next(newcomer, 4s));
  push_group(ring, 2, 100'000, 1);
  EXPECT_EQ(*ring.next(newcomer, 4s)->head, 2);
}

TEST(GroupRing, AReaderAtTheEndWaitsAndThenGoesOn) {
  Ring ring({1 << 20, 10s});
  push_group(ring, 1, 0, 1);
  Ring::Cursor cursor;
  EXPECT_TRUE(ring.next(cursor, 4s));
  EXPECT_FALSE(ring.next(cursor, 4s));
  push_group(ring, 2, 1000, 1);
  auto item = ring.next(cursor, 4s);
  EXPECT_EQ(ms(*item), 1000);
  EXPECT_EQ(item->head, nullptr);  // nothing was missed: the units themselves announced any change
}

}  // namespace
}  // namespace eyas::hub
