#include "container/cmaf/slots.h"

#include <gtest/gtest.h>

namespace eyas::cmaf {
namespace {

using std::chrono::milliseconds;

constexpr base::Duration kPart = milliseconds(200);
constexpr uint64_t kFirst = 1000;

media::MediaTime ms(int64_t at) {
  return media::media_time_from_ms(at);
}

TEST(Slots, BeforeTheLengthIsKnownThereIsOne) {
  Slots slots(kFirst);
  slots.begin(ms(500));
  for (int64_t at : {500, 700, 2400, 4000})
    EXPECT_EQ(slots.slot_of(ms(at), Slots::Entry::kNone, kPart, std::nullopt), kFirst);
}

TEST(Slots, FollowTheClockAndKeyframesNearIt) {
  Slots slots(kFirst);
  slots.begin(ms(500));
  slots.settle(milliseconds(2000));
  slots.settle(milliseconds(3000));
  EXPECT_EQ(slots.length(), milliseconds(2000));
  using Entry = Slots::Entry;
  EXPECT_EQ(slots.slot_of(ms(2249), Entry::kKey, kPart, kFirst), kFirst);           // too early
  EXPECT_EQ(slots.slot_of(ms(2250), Entry::kKey, kPart, kFirst), kFirst + 1);       // near enough
  EXPECT_EQ(slots.slot_of(ms(3299), Entry::kNone, kPart, kFirst), kFirst);          // a keyframe may be next
  EXPECT_EQ(slots.slot_of(ms(3300), Entry::kNone, kPart, kFirst), kFirst + 1);      // it is not waited for
  EXPECT_EQ(slots.slot_of(ms(3290), Entry::kNone, kPart, kFirst + 1), kFirst + 1);  // never back
  EXPECT_EQ(slots.slot_of(ms(11'400), Entry::kNone, kPart, kFirst + 1), kFirst + 5);  // over a gap
  EXPECT_EQ(slots.slot_of(ms(2399), Entry::kAlways, kPart, kFirst), kFirst);
  EXPECT_EQ(slots.slot_of(ms(2400), Entry::kAlways, kPart, kFirst), kFirst + 1);
}

TEST(Slots, AnEpochHasNumbersOfItsOwn) {
  Slots slots(kFirst);
  slots.begin(ms(0));
  slots.settle(milliseconds(2000));
  EXPECT_EQ(slots.slot_of(ms(4000), Slots::Entry::kKey, kPart, kFirst + 1), kFirst + 2);
  slots.begin(ms(4700));
  slots.begin(ms(4700));  // the other track says the same
  ASSERT_EQ(slots.epochs().size(), 2U);
  EXPECT_EQ(slots.epochs()[1].first, kFirst + 3);
  EXPECT_EQ(slots.epochs()[0].end, kFirst + 3);
  EXPECT_EQ(slots.slot_of(ms(4700), Slots::Entry::kKey, kPart, kFirst + 2), kFirst + 3);
  EXPECT_EQ(slots.slot_of(ms(6650), Slots::Entry::kKey, kPart, kFirst + 3), kFirst + 4);
  EXPECT_EQ(slots.slot_of(ms(4650), Slots::Entry::kKey, kPart, kFirst + 1),
            kFirst + 2);  // the other track's last
  slots.forget_before(kFirst + 3);
  ASSERT_EQ(slots.epochs().size(), 1U);
  EXPECT_EQ(slots.epochs()[0].first, kFirst + 3);
}

}  // namespace
}  // namespace eyas::cmaf
