#include "protocols/hls/muxer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "container/mp4/box_reader.h"

namespace eyas::hls {
namespace {

using media::Codec;
using std::chrono::milliseconds;

constexpr uint64_t kFirst = 1'700'000'000;

media::TrackPtr track(media::TrackId id, Codec codec, uint8_t variant = 0) {
  auto made = std::make_shared<media::Track>();
  made->id = id;
  made->config.codec = codec;
  if (codec == Codec::kAac) {
    made->config.record = base::Slice(std::vector<uint8_t>{0x11, 0x90});
    made->config.sample_rate = 48000, made->config.channels = 2;
  } else {
    made->config.record = base::Slice(std::vector<uint8_t>{1, 0x64, 0, 0x28, 0xff, 0xe0, variant});
    made->config.width = 1920, made->config.height = 1080;
  }
  return made;
}

// Feeds a muxer frame by frame and checks every snapshot against the rules.
class Bed {
 public:
  explicit Bed(Options options = {}) : options_(options), muxer("live/alpha", options, kFirst) {}

  void video(base::Duration at, bool key, const media::TrackPtr& t) { push(at, key, t); }
  void audio(base::Duration at, const media::TrackPtr& t) { push(at, true, t); }
  // `count` frames of 33.3 ms rounded to milliseconds, with a keyframe each `group`, and AAC beside them.
  void run(int count, int group, const media::TrackPtr& v, const media::TrackPtr& a, int jitter_ms = 0) {
    for (int i = 0; i < count; ++i, ++frame_) {
      const auto exact = base::Duration(33'333'333) * frame_;
      const int off = jitter_ms == 0 ? 0 : static_cast<int>(random() % static_cast<unsigned>(jitter_ms + 1));
      if (v) video(std::chrono::floor<milliseconds>(exact) + milliseconds(off), i % group == 0, v);
      while (a && base::Duration(21'333'333) * sound_ <= exact)
        audio(std::chrono::floor<milliseconds>(base::Duration(21'333'333) * sound_), a), ++sound_;
    }
  }
  void skip_to(base::Duration at) {
    frame_ = at / base::Duration(33'333'333), sound_ = at / base::Duration(21'333'333);
  }

  const RenditionView& view(const char* name) const {
    const Snapshot::Entry* entry = last->find(name);
    if (entry == nullptr) throw std::runtime_error(name);
    return entry->view;
  }

  SnapshotPtr last;
  std::mt19937 random{1};

 private:
  void push(base::Duration at, bool key, const media::TrackPtr& t) {
    media::Frame frame;
    frame.track = t;
    frame.pts = frame.dts = media::MediaTime(at);
    frame.key = key;
    frame.arrival = clock_.mono() + at;
    frame.payload =
        base::Slice(std::vector<uint8_t>{0, 0, 0, 2, static_cast<uint8_t>(key ? 0x65 : 0x41), 0x88});
    muxer.push(frame, {clock_.mono() + at, clock_.wall() + at});
    if (SnapshotPtr snapshot = muxer.take_snapshot()) check(*snapshot), last = snapshot;
  }
  void check(const Snapshot& snapshot) const {
    for (const Snapshot::Entry& entry : snapshot.entries) check_rules(entry.view);
  }
  static void check_rules(const RenditionView& view) {
    for (size_t i = 0; i < view.segments.size(); ++i) {
      const Segment& segment = *view.segments[i];
      if (i > 0) {
        ASSERT_EQ(segment.msn, view.segments[i - 1]->msn + 1);
      }
      ASSERT_LT(segment.duration, view.target_duration + milliseconds(500));  // as rounded in the playlist
      base::Duration sum{0};
      for (size_t p = 0; p < segment.parts.size(); ++p) {
        const Part& part = segment.parts[p];
        sum += part.duration;
        ASSERT_LE(part.duration.count(), view.part_target.count() + 1000);
        const bool last = segment.complete && p + 1 == segment.parts.size();
        if (!last) {
          ASSERT_GE(part.duration.count(), 0.85 * static_cast<double>(view.part_target.count()));
        }
        auto runs = mp4::read_fragments(part.bytes);
        ASSERT_TRUE(runs.ok());
        ASSERT_EQ(runs->at(0).samples.front().key, part.independent);
      }
      ASSERT_EQ(sum, segment.duration);
    }
  }

  Options options_;
  base::ManualClock clock_;
  int64_t frame_ = 0, sound_ = 0;

 public:
  Muxer muxer;
};

TEST(Muxer, VideoAndAudioSegmentsEndTogether) {
  Bed bed;
  bed.run(30 * 12, 30, track(1, Codec::kH264), track(2, Codec::kAac));
  ASSERT_TRUE(bed.last->ready);
  const RenditionView& video = bed.view("video");
  const RenditionView& audio = bed.view("audio");
  EXPECT_EQ(video.segments.front()->msn, kFirst);
  ASSERT_GE(video.complete_segments(), 5U);
  EXPECT_EQ(video.segments[1]->duration, std::chrono::seconds(2));
  EXPECT_NEAR(base::to_seconds(audio.segments[1]->duration), 2.0, 0.03);
  EXPECT_NEAR(base::to_seconds(audio.segments[2]->start - video.segments[2]->start), 0.0, 0.025);
  EXPECT_EQ(video.segments[1]->parts.size(), 10U);
  for (const SegmentPtr& segment : video.segments) EXPECT_TRUE(segment->parts.front().independent);
}

TEST(Muxer, ALongGroupIsCutWithoutAKeyframeAndSaysSo) {
  Bed bed;
  bed.run(30 * 15, 30 * 9, track(1, Codec::kH264), nullptr);
  const RenditionView& video = bed.view("video");
  ASSERT_GE(video.complete_segments(), 3U);
  EXPECT_TRUE(video.segments[0]->parts.front().independent);
  EXPECT_FALSE(video.segments[1]->parts.front().independent);
  EXPECT_EQ(bed.last->find("video")->view.target_duration, std::chrono::seconds(4));
}

TEST(Muxer, AudioAlone) {
  Bed bed;
  bed.run(30 * 8, 30, nullptr, track(2, Codec::kAac));
  const RenditionView& audio = bed.view("audio");
  ASSERT_GE(audio.complete_segments(), 3U);
  EXPECT_TRUE(bed.last->ready);
  EXPECT_EQ(bed.last->find("video"), nullptr);
  // Rounding to milliseconds is taken out again: packets follow one another exactly.
  auto runs = mp4::read_fragments(audio.segments[1]->parts[1].bytes);
  ASSERT_TRUE(runs.ok());
  for (const mp4::ReadSample& sample : runs->at(0).samples) EXPECT_EQ(sample.duration, 1024U);
}

TEST(Muxer, RulesHoldWithJitterOverSeeds) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Bed bed;
    bed.random.seed(seed);
    bed.run(30 * 10, 20 + static_cast<int>(seed) * 7, track(1, Codec::kH264), track(2, Codec::kAac), 8);
    ASSERT_TRUE(bed.last->ready);
    EXPECT_FALSE(testing::Test::HasFailure());
  }
}

TEST(Muxer, ANewCodecConfigurationIsADiscontinuityInBothTracks) {
  Bed bed;
  const auto audio = track(2, Codec::kAac);
  bed.run(30 * 4, 30, track(1, Codec::kH264, 1), audio);
  bed.run(30 * 4, 30, track(1, Codec::kH264, 1), audio);  // the same again: nothing to say
  bed.run(30 * 4, 30, track(1, Codec::kH264, 2), audio);
  for (const char* name : {"video", "audio"}) {
    int discontinuities = 0;
    for (const SegmentPtr& segment : bed.view(name).segments)
      discontinuities += segment->discontinuity ? 1 : 0;
    EXPECT_EQ(discontinuities, 1) << name;
  }
  EXPECT_EQ(bed.view("video").inits.size(), 2U);
  EXPECT_EQ(bed.view("audio").inits.size(), 1U);
}

TEST(Muxer, APublisherThatComesBackContinuesWithoutADiscontinuity) {
  Bed bed;
  const auto video = track(1, Codec::kH264);
  bed.run(75, 30, video, nullptr);
  bed.skip_to(std::chrono::seconds(9));
  bed.run(30 * 5, 30, video, nullptr);
  const RenditionView& view = bed.view("video");
  std::optional<uint64_t> first_after;
  for (const SegmentPtr& segment : view.segments) {
    EXPECT_FALSE(segment->discontinuity);
    auto runs = mp4::read_fragments(segment->parts.front().bytes);
    ASSERT_TRUE(runs.ok());
    if (runs->at(0).decode_time >= 9 * 90000 - 3000 && !first_after) {
      first_after = runs->at(0).decode_time;
      EXPECT_TRUE(segment->parts.front().independent);
    }
  }
  ASSERT_TRUE(first_after);  // the decode time follows the timeline, over the gap
  EXPECT_NEAR(static_cast<double>(*first_after), 9.0 * 90000, 3000);
}

TEST(Muxer, TheWindowIsBoundedInSegmentsAndBytes) {
  Bed bed;
  bed.run(30 * 120, 30, track(1, Codec::kH264), nullptr);
  EXPECT_EQ(bed.view("video").complete_segments(), 7U);
  EXPECT_LE(bed.view("video").retired.size(), 8U);
  EXPECT_GT(bed.view("video").segments.front()->msn, kFirst + 40);
  Options small;
  small.window_bytes = 4000;
  Bed tight(small);
  tight.run(30 * 60, 30, track(1, Codec::kH264), nullptr);
  EXPECT_LE(tight.muxer.bytes(), 4000U + 2000U);
}

TEST(Muxer, CodecsThatPlayersDoNotKnowAreLeftOut) {
  Bed bed;
  bed.run(30 * 5, 30, track(1, Codec::kH264), track(2, Codec::kG711A));
  EXPECT_TRUE(bed.last->ready);
  EXPECT_EQ(bed.last->entries.size(), 1U);
}

}  // namespace
}  // namespace eyas::hls
