#include "worker/program/device_clock.h"

#include <gtest/gtest.h>

namespace eyas::worker {
namespace {

using namespace std::chrono_literals;

constexpr base::MonoTime kBegin(1000s);

TEST(DeviceClock, BeginsAtZeroAndFollowsTheDevicesStamps) {
  DeviceClock clock;
  EXPECT_EQ(clock.place(7h, kBegin), 0ms);
  EXPECT_EQ(clock.place(7h + 33ms, kBegin + 40ms), 33ms) << "read late, taken in time";
  EXPECT_EQ(clock.place(7h + 67ms, kBegin + 67ms), 67ms);
}

TEST(DeviceClock, TellsHowLateAPictureIsRead) {
  DeviceClock clock;
  clock.place(0ms, kBegin + 50ms);
  EXPECT_EQ(clock.late(), 0ms);
  clock.place(100ms, kBegin + 110ms);
  EXPECT_EQ(clock.late(), 0ms) << "the best so far";
  clock.place(200ms, kBegin + 610ms);
  EXPECT_EQ(clock.late(), 400ms - 100us) << "a thousandth of the step may be the clock's";
  clock.place(700ms, kBegin + 715ms);
  EXPECT_EQ(clock.late(), 5ms - 600us);
}

TEST(DeviceClock, AClockThatGoesSlowlyIsNoDelay) {
  DeviceClock clock;
  // 200 millionths slower than ours, for an hour.
  for (int i = 0; i < 30 * 3600; ++i) {
    base::Duration stamp = i * 33'333'333ns;
    clock.place(stamp, kBegin + stamp + stamp / 5000);
    ASSERT_LT(clock.late(), 1ms) << "picture " << i;
  }
}

TEST(DeviceClock, StampsThatMakeNoSenseAreTheTimeOfArrival) {
  DeviceClock none;
  EXPECT_EQ(none.place(std::nullopt, kBegin), 0ms);
  EXPECT_EQ(none.place(std::nullopt, kBegin + 40ms), 40ms);
  DeviceClock frozen;
  frozen.place(0ms, kBegin);
  EXPECT_EQ(frozen.place(0ms, kBegin + 40ms), 40ms) << "drivers that stamp nothing say zero";
  DeviceClock set;
  set.place(1h, kBegin);
  EXPECT_EQ(set.place(3h, kBegin + 40ms), 40ms);
  EXPECT_EQ(set.place(2h, kBegin + 80ms), 80ms);
  EXPECT_EQ(set.place(2h + 33ms, kBegin + 120ms), 113ms) << "it makes sense again";
}

TEST(DeviceClock, TimesRiseStrictly) {
  DeviceClock clock;
  base::Duration first = clock.place(std::nullopt, kBegin);
  EXPECT_GT(clock.place(std::nullopt, kBegin), first);
}

}  // namespace
}  // namespace eyas::worker
