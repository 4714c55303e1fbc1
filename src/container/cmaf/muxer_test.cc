#include "container/cmaf/muxer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "codec/codec.h"
#include "codec/fixtures.h"
#include "container/mp4/box_reader.h"

namespace eyas::cmaf {
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
  explicit Bed(const Settings& settings = {}) : muxer("live/alpha", settings, kFirst) {}

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

  // Sound comes again where the picture is.
  void sound_now() { sound_ = base::Duration(33'333'333) * frame_ / base::Duration(21'333'333); }

  const RenditionView& view(const char* name) const {
    const RenditionView* found = last->find(name);
    if (found == nullptr) throw std::runtime_error(name);
    return *found;
  }

  MomentPtr last;
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
    if (MomentPtr moment = muxer.take_moment()) check(*moment), last = moment;
  }
  static void check(const Moment& moment) {
    for (const RenditionView& view : moment.views) check_rules(view);
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

  base::ManualClock clock_;
  int64_t frame_ = 0, sound_ = 0;

 public:
  Muxer muxer;
};

TEST(Muxer, VideoAndAudioSegmentsEndTogether) {
  Bed bed;
  bed.run(30 * 12, 30, track(1, Codec::kH264), track(2, Codec::kAac));
  ASSERT_TRUE(bed.last->ready());
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
  EXPECT_EQ(bed.last->find("video")->target_duration, std::chrono::seconds(4));
}

TEST(Muxer, AudioAlone) {
  Bed bed;
  bed.run(30 * 8, 30, nullptr, track(2, Codec::kAac));
  const RenditionView& audio = bed.view("audio");
  ASSERT_GE(audio.complete_segments(), 3U);
  EXPECT_TRUE(bed.last->ready());
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
    ASSERT_TRUE(bed.last->ready());
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

base::Duration end_of(const RenditionView& view) {
  base::Duration length{0};
  for (const SegmentPtr& segment : view.segments) length += segment->duration;
  return view.segments.front()->start.time_since_epoch() + length;
}

TEST(Muxer, AudioThatStopsIsContinuedWithSilenceAndGoesOnWhenItIsBack) {
  Bed bed;
  const auto video = track(1, Codec::kH264), audio = track(2, Codec::kAac);
  bed.run(30 * 5, 30, video, audio);
  EXPECT_EQ(bed.muxer.silent_frames(), 0U);
  bed.run(30 * 6, 30, video, nullptr);
  EXPECT_NEAR(static_cast<double>(bed.muxer.silent_frames()), (6.0 - 0.6) * 48000 / 1024, 3);
  EXPECT_LT(base::to_seconds(end_of(bed.view("video")) - end_of(bed.view("audio"))), 1.2);
  bed.sound_now();
  bed.run(30 * 5, 30, video, audio);
  // The hole is closed up to the first packet, and no further.
  EXPECT_NEAR(static_cast<double>(bed.muxer.silent_frames()), 6.0 * 48000 / 1024, 2);
  const RenditionView& sounds = bed.view("audio");
  for (const SegmentPtr& segment : sounds.segments) EXPECT_FALSE(segment->discontinuity);
  EXPECT_EQ(sounds.segments.back()->msn, bed.view("video").segments.back()->msn);
}

TEST(Muxer, APublisherThatComesBackWithoutAudioGetsSilenceFromThenOn) {
  Bed bed;
  const auto video = track(1, Codec::kH264);
  bed.run(30 * 4, 30, video, track(2, Codec::kAac));
  bed.skip_to(std::chrono::seconds(9));
  bed.run(30 * 5, 30, video, nullptr);
  EXPECT_NEAR(static_cast<double>(bed.muxer.silent_frames()), (5.0 - 0.6) * 48000 / 1024, 4);
  EXPECT_LT(base::to_seconds(end_of(bed.view("video")) - end_of(bed.view("audio"))), 1.2);
}

TEST(Muxer, AudioThatStopsWithoutASilenceOfItsKindGoesAwayUntilItIsBack) {
  Bed bed;
  const auto video = track(1, Codec::kH264);
  auto surround = std::make_shared<media::Track>(*track(2, Codec::kAac));
  surround->config.channels = 6;
  bed.run(30 * 4, 30, video, surround);
  EXPECT_EQ(bed.last->views.size(), 2U);
  bed.run(30 * 3, 30, video, nullptr);
  EXPECT_EQ(bed.last->find("audio"), nullptr);
  bed.sound_now();
  bed.run(30 * 3, 30, video, surround);
  EXPECT_NE(bed.last->find("audio"), nullptr);
}

TEST(Muxer, VideoWithoutAudioGetsNone) {
  Bed bed;
  bed.run(30 * 5, 30, track(1, Codec::kH264), nullptr);
  EXPECT_EQ(bed.muxer.silent_frames(), 0U);
  EXPECT_EQ(bed.last->views.size(), 1U);
}

TEST(Muxer, TheWindowIsBoundedInSegmentsAndBytes) {
  Bed bed;
  bed.run(30 * 120, 30, track(1, Codec::kH264), nullptr);
  EXPECT_EQ(bed.view("video").complete_segments(), 7U);
  EXPECT_LE(bed.view("video").retired.size(), 8U);
  EXPECT_GT(bed.view("video").segments.front()->msn, kFirst + 40);
  Settings small;
  small.window_bytes = 4000;
  Bed tight(small);
  tight.run(30 * 60, 30, track(1, Codec::kH264), nullptr);
  EXPECT_LE(tight.muxer.bytes(), 4000U + 2000U);
  EXPECT_EQ(bed.muxer.dropped_segments(), 0U);
  EXPECT_GT(tight.muxer.dropped_segments(), 0U);
}

TEST(Muxer, ASenderWhoseTimeStandsStillFillsNoSegmentForEver) {
  Settings settings;
  settings.window_bytes = 64 * 1024;
  Muxer muxer("live/alpha", settings, kFirst);
  media::Frame frame;
  frame.track = track(1, Codec::kH264);
  frame.payload = base::Slice(std::vector<uint8_t>(4096));
  for (int i = 0; i < 3000; ++i) {  // the normaliser's smallest steps
    frame.pts = frame.dts = media::media_time_from_ms(1000 + i);
    frame.key = i == 0;
    muxer.push(frame, {base::MonoTime(milliseconds(i)), base::WallTime(milliseconds(i))});
    ASSERT_LE(muxer.bytes(), 3 * settings.window_bytes) << i;
  }
}

// The slots of a track: where each begins, whether at a keyframe.
struct SlotStart {
  uint64_t slot;
  bool independent;
};
std::vector<SlotStart> slot_starts(const RenditionView& view) {
  std::vector<SlotStart> starts;
  view.for_each_part([&](const Segment&, const Part& part) {
    if (starts.empty() || starts.back().slot != part.slot) starts.push_back({part.slot, part.independent});
  });
  return starts;
}

TEST(Muxer, SlotsFollowOneAnotherAndBeginWithKeyframes) {
  for (int group : {15, 30, 45, 60, 75}) {
    SCOPED_TRACE(group);
    Bed bed;
    bed.run(30 * 16, group, track(1, Codec::kH264), track(2, Codec::kAac), 8);
    EXPECT_GE(bed.last->slot_length, milliseconds(1990));
    for (const char* name : {"video", "audio"}) {
      const std::vector<SlotStart> starts = slot_starts(bed.view(name));
      ASSERT_GE(starts.size(), 4U);
      for (size_t i = 1; i < starts.size(); ++i) {
        EXPECT_EQ(starts[i].slot, starts[i - 1].slot + 1) << name;
        EXPECT_TRUE(starts[i].independent) << name;
      }
    }
    const RenditionView::SlotParts whole = bed.view("video").slot(slot_starts(bed.view("video"))[1].slot);
    EXPECT_TRUE(whole.complete);
    EXPECT_GE(whole.parts.size(), 8U);
    EXPECT_EQ(base::as_text(whole.parts[0]).substr(4, 4), "prft");
    EXPECT_NE(base::as_text(whole.parts[1]).substr(4, 4), "prft");
  }
}

TEST(Muxer, ANewCodecConfigurationBeginsAnEpoch) {
  Bed bed;
  const auto audio = track(2, Codec::kAac);
  bed.run(30 * 5, 30, track(1, Codec::kH264, 1), audio);
  EXPECT_EQ(bed.last->epochs.size(), 1U);
  bed.run(30 * 5, 30, track(1, Codec::kH264, 2), audio);
  ASSERT_EQ(bed.last->epochs.size(), 2U);
  EXPECT_EQ(bed.last->epochs[0].end, bed.last->epochs[1].first);
  EXPECT_NEAR(base::to_seconds(bed.last->epochs[1].start.time_since_epoch()), 5.0, 0.002);
  for (const char* name : {"video", "audio"})
    EXPECT_FALSE(bed.view(name).slot(bed.last->epochs[1].first).parts.empty()) << name;
}

struct CodecRow {
  Codec video;
  std::string video_record;
  Codec audio;
  std::string audio_record;
  const char* codecs;             // joined, as the multivariant playlist has them
  const char* sample_entries[2];  // of the init segments
};

class MuxerCodecs : public testing::TestWithParam<CodecRow> {};
INSTANTIATE_TEST_SUITE_P(All, MuxerCodecs,
                         testing::Values(CodecRow{Codec::kH264,
                                                  codec::fixtures::kAvcHigh,
                                                  Codec::kAac,
                                                  codec::fixtures::kAacStereo,
                                                  "avc1.64000d,mp4a.40.2",
                                                  {"avc1", "mp4a"}},
                                         CodecRow{Codec::kH265,
                                                  codec::fixtures::kHevcMain,
                                                  Codec::kAac,
                                                  codec::fixtures::kAacStereo,
                                                  "hvc1.1.6.L60.90,mp4a.40.2",
                                                  {"hvc1", "mp4a"}},
                                         CodecRow{Codec::kAv1,
                                                  codec::fixtures::kAv1Svt,
                                                  Codec::kOpus,
                                                  codec::fixtures::kOpusHead,
                                                  "av01.0.00M.08,opus",
                                                  {"av01", "Opus"}},
                                         CodecRow{Codec::kH265,
                                                  codec::fixtures::kHevcMain,
                                                  Codec::kOpus,
                                                  codec::fixtures::kOpusHead,
                                                  "hvc1.1.6.L60.90,opus",
                                                  {"hvc1", "Opus"}}));

TEST_P(MuxerCodecs, ViewsAndInitSegmentsNameThem) {
  const auto described = [](media::TrackId id, Codec codec, const std::string& record) {
    auto made = std::make_shared<media::Track>();
    made->id = id;
    made->config = *codec::describe(codec, codec::fixtures::slice(record));
    return made;
  };
  const CodecRow& row = GetParam();
  Bed bed({.sound = Sound::kOriginal});
  bed.run(30 * 6, 30, described(1, row.video, row.video_record), described(2, row.audio, row.audio_record));
  ASSERT_TRUE(bed.last && bed.last->ready());
  EXPECT_EQ(bed.view("video").config.rfc6381 + ',' + bed.view("audio").config.rfc6381, row.codecs);
  EXPECT_DOUBLE_EQ(bed.view("video").frame_rate, 30.0);
  size_t i = 0;
  for (const char* name : {"video", "audio"}) {
    const base::Slice& init = bed.view(name).inits.begin()->second.bytes;
    EXPECT_NE(base::as_text(init).find(row.sample_entries[i++]), std::string_view::npos) << name;
  }
}

// Sound in Opus, and what a worker makes of it.
class MuxerSound : public testing::Test {
 protected:
  static media::TrackPtr opus() {
    auto made = std::make_shared<media::Track>();
    made->id = 2;
    made->config = *codec::describe(Codec::kOpus, codec::fixtures::slice(codec::fixtures::kOpusHead));
    return made;
  }
  static media::TrackPtr made_of_it() {
    auto made = std::make_shared<media::Track>();
    made->id = 9;
    made->derived_from = 2;
    made->config = *codec::describe(Codec::kAac, codec::fixtures::slice(codec::fixtures::kAacStereo));
    return made;
  }
  const media::TrackPtr video_ = track(1, Codec::kH264), opus_ = opus(), aac_ = made_of_it();
};

TEST_F(MuxerSound, AacThatIsBeingMadeIsWaitedForByTheFirstPlaylist) {
  Bed bed;
  bed.muxer.set_tracks({video_, opus_});
  bed.run(30, 30, video_, opus_);
  EXPECT_TRUE(bed.last->wants_aac && !bed.last->ready());
  bed.run(30 * 5, 30, video_, aac_);  // its track stands in the next head only
  ASSERT_TRUE(bed.last && bed.last->ready());
  EXPECT_EQ(bed.view("audio").config.rfc6381, "mp4a.40.2");
  bed.muxer.set_tracks({video_, opus_, aac_});
  const auto before = bed.view("audio").next();
  bed.run(30, 30, video_, opus_);
  EXPECT_EQ(bed.view("audio").inits.size(), 1u) << "no Opus any more";
  EXPECT_TRUE(bed.last->wants_aac) << "it is to stay";
  EXPECT_GE(bed.view("audio").next().msn, before.msn);
}

TEST_F(MuxerSound, WithoutAWorkerTheSoundIsCarriedAsItIs) {
  Settings options;
  options.aac_wait = std::chrono::seconds(2);
  Bed bed(options);
  bed.muxer.set_tracks({video_, opus_});
  bed.run(59, 30, video_, opus_);
  EXPECT_TRUE(bed.last->wants_aac && !bed.last->ready());
  bed.run(30 * 4, 30, video_, opus_);
  ASSERT_TRUE(bed.last && bed.last->ready());
  EXPECT_EQ(bed.view("audio").config.rfc6381, "opus");
  EXPECT_TRUE(bed.last->wants_aac);
}

TEST_F(MuxerSound, SoundThatIsAacAlreadyWaitsForNobody) {
  Bed bed;
  bed.run(30 * 5, 30, video_, track(2, Codec::kAac));
  EXPECT_TRUE(bed.last->ready() && !bed.last->wants_aac);
}

TEST_F(MuxerSound, TheOriginalIsWantedWhereTheOperatorSaysSo) {
  Bed bed({.sound = Sound::kOriginal});
  bed.muxer.set_tracks({video_, opus_, aac_});
  bed.run(30 * 3, 30, video_, opus_);
  ASSERT_TRUE(bed.last && bed.last->ready());
  EXPECT_EQ(bed.view("audio").config.rfc6381, "opus");
}

TEST(Muxer, CodecsThatPlayersDoNotKnowAreLeftOut) {
  Bed bed;
  bed.run(30 * 5, 30, track(1, Codec::kH264), track(2, Codec::kG711A));
  EXPECT_TRUE(bed.last->ready());
  EXPECT_EQ(bed.last->views.size(), 1U);
}

}  // namespace
}  // namespace eyas::cmaf
