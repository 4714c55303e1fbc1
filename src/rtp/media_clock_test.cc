#include "rtp/media_clock.h"

#include <gtest/gtest.h>

namespace eyas::rtp {
namespace {

using base::Duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::MonoTime kStart{std::chrono::hours(1)};
constexpr base::WallTime kWallAtMonoZero{seconds(1'795'000'000)};
constexpr base::WallTime kWallAtStart = kWallAtMonoZero + std::chrono::hours(1);

MediaClock clock_of(uint32_t rate) {
  return {rate, kStart, kWallAtMonoZero, seconds(10)};
}

SenderReport report_of(base::WallTime wall, uint32_t timestamp) {
  SenderReport report;
  report.ntp = ntp_of(wall);
  report.rtp_timestamp = timestamp;
  return report;
}

int64_t ms(media::MediaTime time) {
  return media::media_time_to_ms(time);
}

TEST(MediaClock, BeginsWhereTheFirstPacketArrivesAndRunsByTheSender) {
  MediaClock clock = clock_of(90000);
  EXPECT_EQ(ms(clock.place(0xFFFFFF00, kStart + milliseconds(40))), 40);
  EXPECT_EQ(ms(clock.place(0xFFFFFF00 + 9000, kStart + milliseconds(999))), 140);
  EXPECT_EQ(ms(clock.place(0xFFFFFF00 + 4500, kStart + milliseconds(999))), 90);  // a B-frame
}

TEST(MediaClock, ASenderThatLeapsForEverStaysWithinNanoseconds) {
  for (uint32_t rate : {1u, 90000u}) {
    MediaClock clock = clock_of(rate);
    media::MediaTime before = clock.place(0, kStart);
    for (uint32_t i = 1; i < 500'000; ++i) {
      const media::MediaTime at = clock.place(i * 0x7FFFFFFF, kStart);
      ASSERT_GE(at, before) << i;
      before = at;
    }
    clock.on_report(report_of(kWallAtStart, 0), kStart);
    EXPECT_TRUE(clock.epoch());
  }
}

TEST(MediaClock, IsSteeredByATenthOfTheTimeThatPasses) {
  MediaClock audio = clock_of(48000);
  MediaClock video = clock_of(90000);
  audio.place(0, kStart);
  video.place(0, kStart);  // but its picture is 100 ms younger: it belongs to 100 ms
  audio.on_report(report_of(kWallAtStart, 0), kStart);
  video.on_report(report_of(kWallAtStart + milliseconds(100), 0), kStart);
  video.steer_to(*audio.epoch());
  EXPECT_EQ(ms(video.place(9000, kStart)), 110);
  EXPECT_EQ(ms(video.place(45000, kStart)), 550);
  EXPECT_EQ(ms(video.place(90000, kStart)), 1100);
  EXPECT_EQ(ms(video.place(180000, kStart)), 2100);
  EXPECT_EQ(*video.epoch(), *audio.epoch());
}

TEST(MediaClock, IsNotSteeredByNonsense) {
  MediaClock video = clock_of(90000);
  video.place(0, kStart);
  video.on_report(report_of(kWallAtStart, 0), kStart);
  video.steer_to(kWallAtStart - std::chrono::hours(1));
  EXPECT_EQ(ms(video.place(90000, kStart)), 1000);
  SenderReport no_clock;
  MediaClock other = clock_of(90000);
  other.place(0, kStart);
  other.on_report(no_clock, kStart);
  EXPECT_FALSE(other.epoch());
}

TEST(MediaClock, CaptureTimeComesFromReports) {
  MediaClock clock = clock_of(90000);
  EXPECT_FALSE(clock.capture(0));
  clock.place(9000, kStart);
  clock.on_report(report_of(kWallAtStart - milliseconds(20), 9000), kStart);
  EXPECT_EQ(*clock.capture(18000), kWallAtStart + milliseconds(80));
  EXPECT_EQ(*clock.capture(0), kWallAtStart - milliseconds(120));
}

TEST(MediaClock, AbsCaptureTimeGoesBeforeReports) {
  MediaClock clock = clock_of(90000);
  clock.place(9000, kStart);
  clock.on_report(report_of(kWallAtStart, 9000), kStart);
  clock.on_capture_time(9000, ntp_of(kWallAtStart - milliseconds(50)), kStart);
  EXPECT_EQ(*clock.capture(9000), kWallAtStart - milliseconds(50));
}

TEST(MediaClock, ASenderWhoseClockIsNotSetSaysNoCaptureTime) {
  MediaClock clock = clock_of(90000);
  clock.place(9000, kStart);
  clock.on_report(report_of(kWallAtStart - std::chrono::hours(9), 9000), kStart);
  EXPECT_FALSE(clock.capture(9000));
  EXPECT_TRUE(clock.epoch());  // but it still tells audio from video
}

}  // namespace
}  // namespace eyas::rtp
