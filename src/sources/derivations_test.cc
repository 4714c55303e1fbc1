// Real workers deriving tracks of a stream in a real hub on one loop.
#include "sources/derivations.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>

#include "sources/test_sender.h"
#include "sources/test_viewer.h"
#include "worker/program/audio_transcoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
}

namespace eyas::sources {
namespace {

using namespace std::chrono_literals;
using hub::Derivation;

const bool quiet = (av_log_set_level(AV_LOG_ERROR), true);

class DerivationsTest : public ViewerTest {
 protected:
  static DerivationOptions options() {
    DerivationOptions options;
    options.process.program = EYAS_WORKER_PROGRAM;
    options.linger = 300ms;
    return options;
  }

  void see(const Reader::Item& item) override { frames_[item.unit->track->id].push_back(item.unit); }
  size_t made(media::TrackId source, Derivation derivation) {
    return frames_[hub::derived_track_id(source, derivation)].size();
  }
  static double value(const WorkerDerivations& derivations, const std::string& name,
                      const std::string& make) {
    for (const base::Metric& metric : derivations.metrics()) {
      if (metric.name == name && metric.labels.at(0).second == make) return metric.value;
    }
    ADD_FAILURE() << name;
    return -1;
  }
  // Decodes a track, with times of the stream's clock.
  void decode(media::TrackId id, const std::function<void(AVFrame&)>& look) {
    const auto& frames = frames_[id];
    worker::TrackMessage track{.id = 1, .codec = frames[0]->track->config.codec};
    track.record = frames[0]->track->config.record;
    auto decoder = std::move(*worker::TrackDecoder::open(track));
    for (const media::FramePtr& frame : frames) {
      worker::FrameMessage message{.track = 1, .pts = frame->pts.time_since_epoch()};
      message.dts = message.pts;
      message.payload = frame->payload;
      EXPECT_TRUE(decoder
                      ->decode(message,
                               [&](AVFrame& decoded) {
                                 look(decoded);
                                 return base::Status();
                               })
                      .ok());
    }
  }
  std::vector<base::Duration> clicks(media::TrackId id) {
    std::vector<base::Duration> heard;
    decode(id, [&](AVFrame& decoded) {
      for (int i = 0; i < decoded.nb_samples; ++i) {
        base::Duration at(decoded.pts + i * 1'000'000'000LL / decoded.sample_rate);
        bool loud = std::abs(reinterpret_cast<const float*>(decoded.extended_data[0])[i]) > 0.1f;
        if (loud && (heard.empty() || at - heard.back() > 200ms)) heard.push_back(at);
      }
    });
    return heard;
  }
  std::vector<base::Duration> flashes(media::TrackId id) {
    std::vector<base::Duration> seen;
    decode(id, [&](AVFrame& decoded) {
      if (decoded.data[0][45 * decoded.linesize[0] + 80] > 200) seen.emplace_back(decoded.pts);
    });
    return seen;
  }

  std::map<media::TrackId, std::vector<media::FramePtr>> frames_;
};

TEST_F(DerivationsTest, OpusIsMadeOfAacWithItsClicksInPlace) {
  WorkerDerivations derivations({&loop_}, directory_, options());
  watch();
  auto lease = derivations.want(name_, Derivation::kOpus);
  Sender sender(loop_, directory_);
  media::TrackId id = hub::derived_track_id(kAudio, Derivation::kOpus);
  ASSERT_TRUE(comes_true([&] { return frames_[id].size() >= 150; }));

  const media::Track& track = *frames_[id][0]->track;
  EXPECT_EQ(track.derived_from, kAudio);
  EXPECT_EQ(track.config.codec, media::Codec::kOpus);
  EXPECT_EQ(track.config.channels, 2);
  auto before = clicks(kAudio), after = clicks(id);
  ASSERT_GE(after.size(), 4u);
  // The first that both have; then each to each.
  size_t skip = 0;
  while (skip < before.size() && before[skip] < after[0] - 100ms) ++skip;
  for (size_t i = 1; i < after.size() && skip + i < before.size(); ++i)
    EXPECT_NEAR(base::to_seconds(after[i]), base::to_seconds(before[skip + i]), 0.005) << i;
  EXPECT_EQ(value(derivations, "eyas_derive_frames_bad_total", "opus"), 0);
}

TEST_F(DerivationsTest, H264WithoutDelayHasTheSourcesKeyframes) {
  WorkerDerivations derivations({&loop_}, directory_, options());
  watch();
  Sender sender(loop_, directory_);
  auto lease = derivations.want(name_, Derivation::kH264WithoutDelay);
  media::TrackId id = hub::derived_track_id(kVideo, Derivation::kH264WithoutDelay);
  ASSERT_TRUE(comes_true([&] { return frames_[id].size() >= 60; }));
  EXPECT_TRUE(frames_[id][0]->key);
  EXPECT_EQ(frames_[id][0]->track->config.width, 160u);
  std::map<media::MediaTime, bool> keys;
  for (const auto& frame : frames_[kVideo]) keys[frame->pts] = frame->key;
  for (const auto& frame : frames_[id]) {
    ASSERT_TRUE(keys.contains(frame->pts)) << "no picture of the source has this time";
    EXPECT_EQ(frame->key, keys[frame->pts]);
    EXPECT_EQ(frame->pts, frame->dts);
  }
}

// How much later than its flash each click comes, at most, in either direction.
base::Duration apart(const std::vector<base::Duration>& flashes, const std::vector<base::Duration>& clicks) {
  base::Duration worst{0};
  for (base::Duration flash : flashes) {
    auto nearest =
        std::ranges::min(clicks, {}, [&](base::Duration click) { return std::chrono::abs(click - flash); });
    worst = std::max(worst, std::chrono::abs(nearest - flash));
  }
  return worst;
}

TEST_F(DerivationsTest, LipsStayInStep) {
  WorkerDerivations derivations({&loop_}, directory_, options());
  watch();
  Sender sender(loop_, directory_);
  auto sound = derivations.want(name_, Derivation::kOpus);
  auto picture = derivations.want(name_, Derivation::kH264WithoutDelay);
  media::TrackId opus = hub::derived_track_id(kAudio, Derivation::kOpus);
  media::TrackId h264 = hub::derived_track_id(kVideo, Derivation::kH264WithoutDelay);
  ASSERT_TRUE(comes_true([&] { return frames_[opus].size() >= 200 && frames_[h264].size() >= 100; }));
  // The clicks that all of them have: the last flash may be waiting for its click.
  auto common = [&](media::TrackId video, media::TrackId audio) {
    auto heard = clicks(audio), seen = flashes(video);
    std::erase_if(seen,
                  [&](base::Duration at) { return at < heard.front() - 100ms || at > heard.back() + 100ms; });
    EXPECT_GE(seen.size(), 2u);
    return apart(seen, heard);
  };
  // AAC lets a click be heard a little before it begins; ears take 40 ms for in step.
  EXPECT_LT(common(kVideo, kAudio), 15ms) << "the source itself";
  EXPECT_LT(common(h264, opus), 20ms) << "both derived";
  EXPECT_LT(common(kVideo, opus), 20ms) << "sound derived";
  EXPECT_LT(common(h264, kAudio), 20ms) << "picture derived";
}

TEST_F(DerivationsTest, AllWhoWantATrackShareItAndItEndsAfterTheLast) {
  WorkerDerivations derivations({&loop_}, directory_, options());
  watch();
  Sender sender(loop_, directory_);
  auto first = derivations.want(name_, Derivation::kOpus);
  auto second = derivations.want(name_, Derivation::kOpus);
  ASSERT_TRUE(comes_true([&] { return made(kAudio, Derivation::kOpus) >= 10; }));
  EXPECT_EQ(value(derivations, "eyas_derive_workers", "opus"), 1);

  first.reset();
  size_t so_far = made(kAudio, Derivation::kOpus);
  ASSERT_TRUE(comes_true([&] { return made(kAudio, Derivation::kOpus) >= so_far + 50; }))
      << "one still wants it";
  second.reset();
  ASSERT_TRUE(comes_true([&] { return value(derivations, "eyas_derive_workers", "opus") == 0; }));
  auto again = derivations.want(name_, Derivation::kOpus);
  so_far = made(kAudio, Derivation::kOpus);
  EXPECT_TRUE(comes_true([&] { return made(kAudio, Derivation::kOpus) >= so_far + 10; }));
}

TEST_F(DerivationsTest, WhatIsNotNeededIsNotMade) {
  WorkerDerivations derivations({&loop_}, directory_, options());
  watch();
  Sender sender(loop_, directory_);
  auto lease = derivations.want(name_, Derivation::kAac);
  ASSERT_TRUE(comes_true([&] { return frames_[kAudio].size() >= 60; }));
  EXPECT_EQ(value(derivations, "eyas_derive_workers", "aac"), 0) << "the source is AAC";
  EXPECT_EQ(made(kAudio, Derivation::kAac), 0u);
}

TEST_F(DerivationsTest, NoMoreWorkersThanAllowed) {
  DerivationOptions few = options();
  few.workers_max = 1;
  WorkerDerivations derivations({&loop_}, directory_, few);
  watch();
  Sender sender(loop_, directory_);
  auto sound = derivations.want(name_, Derivation::kOpus);
  ASSERT_TRUE(comes_true([&] { return made(kAudio, Derivation::kOpus) >= 10; }));
  auto picture = derivations.want(name_, Derivation::kH264WithoutDelay);
  ASSERT_TRUE(comes_true([&] { return value(derivations, "eyas_derive_refused_total", "h264") >= 1; }));
  EXPECT_EQ(value(derivations, "eyas_derive_workers", "h264"), 0);
  sound.reset();
  EXPECT_TRUE(comes_true([&] { return made(kVideo, Derivation::kH264WithoutDelay) >= 10; }))
      << "there is room now";
}

class DeadWorker : public DerivationsTest, public testing::WithParamInterface<Derivation> {};

TEST_P(DeadWorker, ViewersKeepTheTrackAndGoOnWithAKeyframe) {
  auto stats = std::make_shared<DerivationStats>();
  watch();
  Sender sender(loop_, directory_);
  DerivedTrack track(loop_, directory_, name_, GetParam(), options(), stats);
  media::TrackId id = hub::derived_track_id(GetParam() == Derivation::kOpus ? kAudio : kVideo, GetParam());
  ASSERT_TRUE(comes_true([&] { return frames_[id].size() >= 40; }));
  pid_t first = track.worker_pid();
  media::MediaTime last = frames_[id].back()->dts;
  frames_[id].clear();
  ASSERT_EQ(kill(first, SIGKILL), 0);
  ASSERT_TRUE(comes_true([&] { return track.worker_pid() != 0 && track.worker_pid() != first; }));
  base::MonoTime born = loop_.clock().mono();
  ASSERT_TRUE(
      comes_true([&] { return frames_[id].size() >= 40 && frames_[id].back()->arrival > born + 1s; }));
  auto resumed = std::ranges::find_if(frames_[id], [&](const auto& frame) { return frame->arrival > born; });
  EXPECT_TRUE((*resumed)->key);
  EXPECT_EQ(stats->of[static_cast<size_t>(GetParam())].restarts, 1u);
  EXPECT_FALSE(reader_.ended());
  for (const auto& frame : frames_[id]) {
    EXPECT_GE(frame->dts, last);
    last = frame->dts;
  }
  EXPECT_EQ(stats->of[static_cast<size_t>(GetParam())].frames_bad, 0u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, DeadWorker, testing::Values(Derivation::kOpus, Derivation::kH264WithoutDelay),
                         [](const auto& info) { return std::string(derivation_name(info.param)); });

TEST_F(DerivationsTest, AStreamThatReturnsIsDerivedAgain) {
  WorkerDerivations derivations({&loop_}, directory_, options());
  auto lease = derivations.want(name_, Derivation::kOpus);
  watch();
  auto sender = std::make_unique<Sender>(loop_, directory_);
  ASSERT_TRUE(comes_true([&] { return made(kAudio, Derivation::kOpus) >= 10; }));
  sender->leave();
  sender = std::make_unique<Sender>(loop_, directory_);
  size_t so_far = made(kAudio, Derivation::kOpus);
  EXPECT_TRUE(comes_true([&] { return made(kAudio, Derivation::kOpus) >= so_far + 30; }));
  EXPECT_EQ(value(derivations, "eyas_derive_restarts_total", "opus"), 0);
}

}  // namespace
}  // namespace eyas::sources
