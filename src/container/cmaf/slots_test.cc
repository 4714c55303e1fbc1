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
    EXPECT_EQ(slots.slot_of(ms(at), false, kPart, std::nullopt), kFirst);
}

TEST(Slots, FollowTheClockAndKeyframesNearIt) {
  Slots slots(kFirst);
  slots.begin(ms(500));
  slots.settle(milliseconds(2000));
  slots.settle(milliseconds(3000));
  EXPECT_EQ(slots.length(), milliseconds(2000));
  EXPECT_EQ(slots.slot_of(ms(2399), true, kPart, kFirst), kFirst);             // a keyframe too early
  EXPECT_EQ(slots.slot_of(ms(2400), true, kPart, kFirst), kFirst + 1);         // and one that is near enough
  EXPECT_EQ(slots.slot_of(ms(2599), false, kPart, kFirst), kFirst);            // a keyframe may be next
  EXPECT_EQ(slots.slot_of(ms(2600), false, kPart, kFirst), kFirst + 1);        // it is not waited for
  EXPECT_EQ(slots.slot_of(ms(2550), false, kPart, kFirst + 1), kFirst + 1);    // never back
  EXPECT_EQ(slots.slot_of(ms(10'600), false, kPart, kFirst + 1), kFirst + 5);  // over a gap
}

TEST(Slots, AnEpochHasNumbersOfItsOwn) {
  Slots slots(kFirst);
  slots.begin(ms(0));
  slots.settle(milliseconds(2000));
  EXPECT_EQ(slots.slot_of(ms(4000), true, kPart, kFirst + 1), kFirst + 2);
  slots.begin(ms(4700));
  slots.begin(ms(4700));  // the other track says the same
  ASSERT_EQ(slots.epochs().size(), 2U);
  EXPECT_EQ(slots.epochs()[1].first, kFirst + 3);
  EXPECT_EQ(slots.epochs()[0].end, kFirst + 3);
  EXPECT_EQ(slots.slot_of(ms(4700), true, kPart, kFirst + 2), kFirst + 3);
  EXPECT_EQ(slots.slot_of(ms(6650), true, kPart, kFirst + 3), kFirst + 4);
  EXPECT_EQ(slots.slot_of(ms(4650), true, kPart, kFirst + 1), kFirst + 2);  // the other track's last
  slots.forget_before(kFirst + 3);
  ASSERT_EQ(slots.epochs().size(), 1U);
  EXPECT_EQ(slots.epochs()[0].first, kFirst + 3);
}

}  // namespace
}  // namespace eyas::cmaf
