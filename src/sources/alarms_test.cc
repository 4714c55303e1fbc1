#include "sources/alarms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "hub/pictures.h"

namespace eyas::sources {
namespace {

using namespace std::chrono_literals;

// A stream that is well, and a second hand.
class AlarmTest : public testing::Test {
 protected:
  AlarmTest() {
    facts.name = "live/alpha";
    facts.live = true;
    facts.publishers = {
        {.protocol = "rtmp", .session = "r1", .peer = "", .since = {}, .rank = 0, .on_air = true}};
    facts.tracks = {track(media::Codec::kH264, 4e6, 30), track(media::Codec::kAac, 96e3, 47)};
    facts.bitrate_bps = 4.1e6;
    facts.keyframe_interval = 2s;
  }
  static hub::TrackFacts track(media::Codec codec, double bps, double fps) {
    auto made = std::make_shared<media::Track>();
    made->config.codec = codec;
    return {.track = made, .bitrate_bps = bps, .measured_fps = fps, .frames = 1};
  }
  AlarmJudge::Verdict after(int seconds, bool frames = true) {
    AlarmJudge::Verdict verdict;
    for (int i = 0; i < seconds; ++i) {
      if (frames) facts.frames_in += 30;
      now += 1s;
      wall += 1s;
      verdict = judge.judge(options, facts, sight, now, wall);
      for (AlarmKind kind : verdict.began) began.push_back(kind);
      for (AlarmKind kind : verdict.ended) ended.push_back(kind);
    }
    return verdict;
  }
  std::string raised(const AlarmJudge::Verdict& verdict) const {
    std::string kinds;
    for (const hub::Alarm& alarm : verdict.raised) kinds += (kinds.empty() ? "" : " ") + alarm.kind;
    return kinds;
  }
  // Whatever is made wrong is raised in time, and cleared when it is mended.
  void expect(const char* kind, const std::function<void()>& spoil, const std::function<void()>& mend,
              int raise_s = 3) {
    EXPECT_EQ(raised(after(10)), "");
    spoil();
    EXPECT_EQ(raised(after(raise_s)), "") << "not at once";
    auto verdict = after(2);
    ASSERT_EQ(raised(verdict), kind);
    EXPECT_FALSE(verdict.raised[0].detail.empty());
    EXPECT_GE(verdict.raised[0].since, wall - std::chrono::seconds(raise_s + 2)) << "since it began";
    mend();
    EXPECT_EQ(raised(after(2)), kind) << "not cleared at once";
    EXPECT_EQ(raised(after(3)), "");
    EXPECT_EQ(began.size(), 1u);
    EXPECT_EQ(ended.size(), 1u);
  }

  AlarmOptions options;
  hub::StreamFacts facts;
  std::optional<Sight> sight;
  AlarmJudge judge;
  base::MonoTime now{1000s};
  base::WallTime wall{1'700'000'000s};
  std::vector<AlarmKind> began, ended;
};

TEST_F(AlarmTest, AStreamThatIsWellHasNone) {
  EXPECT_EQ(raised(after(60)), "");
}

TEST_F(AlarmTest, NoFrames) {
  EXPECT_EQ(raised(after(10)), "");
  EXPECT_EQ(raised(after(3, false)), "");
  EXPECT_EQ(raised(after(2, false)), "no_frames");
  EXPECT_EQ(raised(after(6)), "");
}

TEST_F(AlarmTest, NobodyOnAir) {
  auto publishers = facts.publishers;
  expect(
      "no_frames", [&] { facts.publishers.clear(); }, [&] { facts.publishers = publishers; });
}

TEST_F(AlarmTest, TheSlateOnAirIsNoSignalAndNothingElse) {
  options.fps_min = 20;
  expect(
      "no_frames",
      [&] {
        facts.publishers[0].rank = 999;
        facts.tracks[0].measured_fps = 5;
        sight = Sight{.black = false, .still = true};
      },
      [&] {
        facts.publishers[0].rank = 0;
        facts.tracks[0].measured_fps = 30;
        sight.reset();
      });
}

TEST_F(AlarmTest, BlackPicture) {
  expect(
      "black", [&] { sight = Sight{.black = true, .still = true}; }, [&] { sight = Sight{}; });
}

TEST_F(AlarmTest, FrozenPicture) {
  expect(
      "frozen", [&] { sight = Sight{.black = false, .still = true}; }, [&] { sight = Sight{}; }, 10);
}

TEST_F(AlarmTest, BitrateBelowItsBound) {
  options.bitrate_min_bps = 1'000'000;
  expect(
      "bitrate_low", [&] { facts.bitrate_bps = 900'000; }, [&] { facts.bitrate_bps = 2e6; });
}

TEST_F(AlarmTest, FpsBelowItsBound) {
  options.fps_min = 20;
  expect(
      "fps_low", [&] { facts.tracks[0].measured_fps = 12; }, [&] { facts.tracks[0].measured_fps = 25; });
}

TEST_F(AlarmTest, Backlog) {
  expect(
      "backlog", [&] { facts.publishers[0].backlog = 2500ms; }, [&] { facts.publishers[0].backlog = 100ms; });
}

TEST_F(AlarmTest, BFrames) {
  expect(
      "b_frames", [&] { facts.tracks[0].reordered = true; }, [&] { facts.tracks[0].reordered = false; });
}

TEST_F(AlarmTest, KeyframesTooFarApart) {
  expect(
      "keyframe_interval", [&] { facts.keyframe_interval = 12s; }, [&] { facts.keyframe_interval = 2s; });
}

TEST_F(AlarmTest, AKeyframeThatNeverComesIsNoticedBeforeItComes) {
  expect(
      "keyframe_interval", [&] { facts.keyframe_age = 11s; }, [&] { facts.keyframe_age = 1s; });
}

TEST_F(AlarmTest, SilentSound) {
  expect(
      "audio_silent", [&] { facts.tracks[1].bitrate_bps = 2500; },
      [&] { facts.tracks[1].bitrate_bps = 96e3; }, 10);
}

TEST_F(AlarmTest, SilenceOfACodecOfConstantSizeIsNotGuessed) {
  facts.tracks[1] = track(media::Codec::kG711A, 100, 50);
  EXPECT_EQ(raised(after(30)), "");
}

TEST_F(AlarmTest, WhatComesAndGoesQuicklyIsNoAlarm) {
  for (int i = 0; i < 20; ++i) {
    facts.publishers[0].backlog = i % 2 == 0 ? 5s : 0s;
    EXPECT_EQ(raised(after(2)), "");
  }
}

TEST_F(AlarmTest, BoundsOfZeroAreOff) {
  options.silence_bps = 0;
  options.b_frames = false;
  facts.bitrate_bps = 0;
  facts.tracks[0].measured_fps = 0;
  facts.tracks[0].reordered = true;
  facts.tracks[1].bitrate_bps = 0;
  EXPECT_EQ(raised(after(30)), "");
}

TEST(Eyes, TellBlackFromDarkAndStillFromAlmostStill) {
  Eyes eyes;
  EXPECT_FALSE(eyes.sight());
  std::vector<uint8_t> fields(hub::kLookFields, 2);
  eyes.see(fields);
  EXPECT_TRUE(eyes.sight()->black);
  EXPECT_FALSE(eyes.sight()->still) << "one picture says nothing of that";
  eyes.see(fields);
  EXPECT_TRUE(eyes.sight()->still);
  fields[17] = 90;  // a lamp in the night
  eyes.see(fields);
  EXPECT_FALSE(eyes.sight()->black);
  for (size_t i = 0; i < fields.size(); i += 8) fields[i] ^= 1;  // a coder's noise
  eyes.see(fields);
  EXPECT_TRUE(eyes.sight()->still);
  for (uint8_t& field : fields) ++field;
  eyes.see(fields);
  EXPECT_FALSE(eyes.sight()->still);
}

}  // namespace
}  // namespace eyas::sources
