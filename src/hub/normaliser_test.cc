#include "hub/normaliser.h"

#include <gtest/gtest.h>

#include <random>

namespace eyas::hub {
namespace {

using namespace std::chrono_literals;
using base::Duration;
using media::MediaTime;

media::TrackPtr track(media::TrackId id, media::Codec codec, media::Ratio rate = {}) {
  media::Track made;
  made.id = id;
  made.config.codec = codec;
  made.config.frame_rate = rate;
  return std::make_shared<const media::Track>(made);
}

// Feeds frames whose sender's clock and arrival are in milliseconds; returns the dts in milliseconds from the
// start.
struct Bench {
  media::TrackPtr video = track(1, media::Codec::kH264);
  media::TrackPtr audio = track(2, media::Codec::kAac);
  Normaliser normaliser;

  media::Frame place(const media::TrackPtr& of, int64_t sent_ms, int64_t arrived_ms, int64_t cts_ms = 0) {
    media::Frame frame;
    frame.track = of;
    frame.dts = media::media_time_from_ms(sent_ms);
    frame.pts = media::media_time_from_ms(sent_ms + cts_ms);
    frame.arrival = base::MonoTime(std::chrono::milliseconds(1'000'000 + arrived_ms));
    normaliser.place(frame);
    return frame;
  }
  double ms(const media::TrackPtr& of, int64_t sent_ms, int64_t arrived_ms) {
    return (place(of, sent_ms, arrived_ms).dts - MediaTime(1s)).count() / 1e6;
  }
};

TEST(Normaliser, ACleanTimelineIsOnlyShiftedToItsStart) {
  Bench bench;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(bench.ms(bench.video, 5000 + 40 * i, 40 * i), 40 * i);
  for (auto [name, count] : bench.normaliser.repairs().rows()) EXPECT_EQ(count, 0u) << name;
}

TEST(Normaliser, TimesThatNoClockSaysOverflowNothing) {
  Bench bench;
  bench.place(bench.video, 0, 0);
  int arrived = 0;
  MediaTime before{};
  for (MediaTime far :
       {MediaTime::max(), MediaTime::min(), MediaTime(), MediaTime::max(), MediaTime::min()}) {
    for (MediaTime shown : {MediaTime::min(), MediaTime(), MediaTime::max()}) {
      media::Frame frame;
      frame.track = bench.video;
      frame.dts = far;
      frame.pts = shown;
      frame.arrival = base::MonoTime(std::chrono::milliseconds(1'000'000 + ++arrived));
      bench.normaliser.place(frame);
      EXPECT_GT(frame.dts, before);
      EXPECT_LT(frame.dts, MediaTime(1h));
      EXPECT_GE(frame.pts, frame.dts);
      EXPECT_LE(frame.pts, frame.dts + 1min);
      before = frame.dts;
    }
  }
}

// Three frames a wrap: each third one is 0 again.
TEST(Normaliser, AClockThatWrapsWithEveryFrameOverflowsNothing) {
  Bench bench;
  constexpr int64_t kPeriod = int64_t{1} << 32;
  MediaTime before{};
  for (int i = 0; i < 12'000; ++i) {
    const media::Frame frame = bench.place(bench.video, kPeriod * (i % 3) * 2 / 5, i);
    ASSERT_GT(frame.dts, before);
    ASSERT_LT(frame.dts - before, 10s);
    before = frame.dts;
  }
  EXPECT_GT(bench.normaliser.repairs().wrap, 1000u);
}

TEST(Normaliser, TheClockMayWrapAt32Bits) {
  Bench bench;
  int64_t wrap = int64_t{1} << 32;
  for (int i = 0; i < 100; ++i) {
    int64_t sent = (wrap - 2000 + 40 * i) % wrap;
    EXPECT_EQ(bench.ms(bench.video, sent, 40 * i), 40 * i);
    EXPECT_EQ(bench.ms(bench.audio, (sent + 10) % wrap, 40 * i), 40 * i + 10);
  }
  EXPECT_EQ(bench.normaliser.repairs().wrap, 2u);  // each track's clock wrapped once
  EXPECT_EQ(bench.normaliser.repairs().jump_back, 0u);
}

TEST(Normaliser, AJumpForwardOrBackIsMendedAndKeepsTheTracksTogether) {
  for (int64_t leap : {3'600'000, -3'000'000}) {
    Bench bench;
    for (int i = 0; i < 50; ++i) {
      bench.place(bench.video, 4'000'000 + 40 * i, 40 * i);
      bench.place(bench.audio, 4'000'000 + 40 * i + 10, 40 * i + 10);
    }
    for (int i = 50; i < 100; ++i) {
      double v = bench.ms(bench.video, 4'000'000 + leap + 40 * i, 40 * i);
      double a = bench.ms(bench.audio, 4'000'000 + leap + 40 * i + 10, 40 * i + 10);
      EXPECT_EQ(v, 40 * i);
      EXPECT_EQ(a - v, 10);
    }
    Repairs repairs = bench.normaliser.repairs();
    EXPECT_EQ(repairs.jump_forward + repairs.jump_back, 1u);
  }
}

TEST(Normaliser, StragglersOfBeforeAJumpDoNotPullTheTimelineBack) {
  Bench bench;
  for (int i = 0; i < 50; ++i) {
    bench.place(bench.video, 40 * i, 40 * i);
    bench.place(bench.audio, 40 * i, 40 * i);
  }
  // Audio leaps first; video still has frames of the old clock on the way.
  bench.place(bench.audio, 900'000 + 2000, 2000);
  EXPECT_EQ(bench.ms(bench.video, 2000, 2000), 2000);
  EXPECT_EQ(bench.ms(bench.video, 2040, 2040), 2040);
  EXPECT_EQ(bench.ms(bench.video, 900'000 + 2080, 2080), 2080);
  EXPECT_EQ(bench.normaliser.repairs().jump_forward, 1u);
  EXPECT_EQ(bench.normaliser.repairs().jump_back, 0u);
}

TEST(Normaliser, APauseThatTheWallClockSawIsKept) {
  Bench bench;
  bench.place(bench.video, 0, 0);
  EXPECT_EQ(bench.ms(bench.video, 20'000, 20'000), 20'000);
  EXPECT_EQ(bench.normaliser.repairs().jump_forward, 0u);
}

TEST(Normaliser, ABurstAfterAWeakLinkIsNotAJump) {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.place(bench.video, 40 * i, 40 * i);
  for (int i = 100; i < 400; ++i) EXPECT_EQ(bench.ms(bench.video, 40 * i, 16'000 + i), 40 * i);
  EXPECT_EQ(bench.normaliser.repairs().jump_forward, 0u);
}

TEST(Normaliser, BackwardsAndRepeatedTimesAreHeldAndCounted) {
  Bench bench;
  bench.place(bench.video, 0, 0);
  bench.place(bench.video, 40, 40);
  EXPECT_EQ(bench.ms(bench.video, 20, 60), 41);
  EXPECT_EQ(bench.ms(bench.video, 41, 80), 42);
  EXPECT_EQ(bench.ms(bench.video, 120, 120), 120);
  EXPECT_EQ(bench.normaliser.repairs().non_monotonic, 1u);
  EXPECT_EQ(bench.normaliser.repairs().duplicate, 1u);
}

TEST(Normaliser, RoundingToMillisecondsIsUndone) {
  Bench bench;
  bench.video = track(1, media::Codec::kH264, {30, 1});
  for (int i = 0; i < 300; ++i) {
    auto sent = static_cast<int64_t>(i * 1000.0 / 30 + 0.5);
    EXPECT_NEAR(bench.ms(bench.video, sent, sent), i * 1000.0 / 30, 1.2);
  }
  auto before = bench.place(bench.video, 10'000, 10'000).dts;
  auto after = bench.place(bench.video, 10'033, 10'033).dts;
  EXPECT_EQ(after - before, Duration(33'333'333));
  EXPECT_GT(bench.normaliser.repairs().jitter, 100u);
}

TEST(Normaliser, ANewPublisherContinuesTheTimelineInStepWithTheWallClock) {
  Bench bench;
  for (int i = 0; i < 50; ++i) bench.place(bench.video, 40 * i, 40 * i);
  bench.normaliser.begin_source();
  auto frame = bench.place(bench.video, 77'000, 1960 + 5000);
  EXPECT_EQ(media::media_time_to_ms(frame.dts), 1000 + 1960 + 5000);
  EXPECT_TRUE(frame.discontinuity);
}

TEST(Normaliser, LateAudioAndMissingTracksAreCounted) {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.place(bench.video, 40 * i, 40 * i);
  bench.normaliser.look_for_missing({bench.video, bench.audio});
  bench.normaliser.look_for_missing({bench.video, bench.audio});
  EXPECT_EQ(bench.normaliser.repairs().missing_track, 1u);
  EXPECT_EQ(bench.ms(bench.audio, 4000, 4000), 4000);
  EXPECT_EQ(bench.normaliser.repairs().late_audio, 1u);
}

TEST(Normaliser, CompositionOffsetsStay) {
  Bench bench;
  auto frame = bench.place(bench.video, 1000, 0, 80);
  EXPECT_EQ(frame.pts - frame.dts, 80ms);
  auto below = bench.place(bench.video, 1040, 40, -20);
  EXPECT_EQ(below.pts, below.dts);  // shown before it is decoded: cannot be
}

// Whatever comes in, what goes out never goes back, per track, and stays near the wall clock.
TEST(Normaliser, AnyTimelineComesOutMonotonic) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    Bench bench;
    std::map<media::TrackId, MediaTime> last;
    int64_t sent = random() % 5'000'000;
    int64_t arrived = 0;
    for (int i = 0; i < 1000; ++i) {
      arrived += random() % 40;
      sent += 20;
      if (random() % 50 == 0) sent += static_cast<int64_t>(random() % 200'000) - 100'000;
      if (random() % 200 == 0) bench.normaliser.begin_source();
      sent = std::max<int64_t>(sent, 0);
      const auto& of = random() % 2 ? bench.video : bench.audio;
      auto frame = bench.place(of, sent + random() % 3, arrived);
      ASSERT_TRUE(!last.contains(of->id) || frame.dts > last[of->id]) << "seed " << seed << " frame " << i;
      ASSERT_GE(frame.pts, frame.dts);
      last[of->id] = frame.dts;
    }
  }
}

}  // namespace
}  // namespace eyas::hub
