#include "container/mpegts/segment_format.h"

#include <gtest/gtest.h>

#include "container/mpegts/test_streams.h"

namespace eyas::mpegts {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint64_t kFirst = 1'700'000'000;  // as the manual clock begins

class Bed {
 public:
  explicit Bed(const SegmentSettings& settings = {}) : format(settings, "live/alpha", clock) {
    tracks({h264_track(), aac_track()});
  }
  void tracks(media::TrackSet set) {
    tracks_ = std::move(set);
    format.set_tracks(tracks_, out);
  }
  // 25 pictures a second with a keyframe each `group`, and sound beside them when there is a track of it.
  void run(int count, int group) {
    for (int i = 0; i < count; ++i, ++frame_) {
      clock.advance(milliseconds(40));
      send(picture(tracks_[0], 40 * frame_, static_cast<uint8_t>(i), 2'000, i % group == 0));
      if (tracks_.size() > 1) send(frame_of(tracks_[1], 40 * frame_, "21004990021900238000", true));
    }
  }
  void skip(base::Duration by) { clock.advance(by), frame_ += by / milliseconds(40); }
  const TsWindow& last() const { return *out.back(); }

  base::ManualClock clock;
  std::vector<std::shared_ptr<const TsWindow>> out;
  SegmentFormat format;

 private:
  void send(media::FramePtr frame) {
    media::Frame arrived = *frame;
    arrived.arrival = clock.mono();
    format.package(std::make_shared<const media::Frame>(arrived), out);
  }
  media::TrackSet tracks_;
  int64_t frame_ = 0;
};

size_t videos_in(const TsSegment& segment) {
  Receiver receiver;
  for (const base::Slice& packets : segment.packets) EXPECT_TRUE(receiver.feed(packets).ok());
  receiver.demuxer.flush();
  const auto videos = receiver.seen.of(media::TrackKind::kVideo);
  EXPECT_TRUE(!videos.empty() && videos.front().key);
  return videos.size();
}

TEST(SegmentFormat, SegmentsBeginWithKeyframesAndPlayAlone) {
  Bed bed;
  bed.run(25 * 9, 25);
  ASSERT_GE(bed.last().listed.size(), 4U);
  EXPECT_EQ(bed.last().listed.front()->number, kFirst);
  for (const TsSegmentPtr& segment : bed.last().listed) {
    EXPECT_EQ(segment->duration, seconds(2));
    EXPECT_FALSE(segment->discontinuity);
    EXPECT_EQ(videos_in(*segment), 50U);
  }
  EXPECT_EQ(bed.last().listed[1]->start - bed.last().listed[0]->start, seconds(2));
  EXPECT_EQ(bed.last().find(kFirst + 1), bed.last().listed[1]);
  EXPECT_EQ(bed.last().find(kFirst + 99), nullptr);
}

TEST(SegmentFormat, ALongGroupIsCutBeforeTheTargetDuration) {
  Bed bed;
  bed.run(25 * 20, 25 * 11);
  ASSERT_GE(bed.last().listed.size(), 3U);
  for (const TsSegmentPtr& segment : bed.last().listed) {
    EXPECT_LE(segment->duration, seconds(4));
    EXPECT_EQ(base::Bytes(segment->packets.front())[0], 0x47);
  }
}

TEST(SegmentFormat, ANewConfigurationIsADiscontinuityAndAReturnIsNone) {
  Bed bed;
  bed.run(25 * 5, 25);
  bed.skip(seconds(6));
  bed.run(25 * 5, 25);
  for (const TsSegmentPtr& segment : bed.last().listed) EXPECT_FALSE(segment->discontinuity);
  bed.tracks({h265_track(), aac_track()});
  bed.run(25 * 5, 25);
  int marked = 0;
  for (const TsSegmentPtr& segment : bed.last().listed) marked += segment->discontinuity ? 1 : 0;
  EXPECT_EQ(marked, 1);
}

TEST(SegmentFormat, TheWindowIsBoundedInSegmentsAndBytes) {
  Bed bed;
  bed.run(25 * 120, 25);
  EXPECT_EQ(bed.last().listed.size(), 7U);
  EXPECT_LE(bed.last().retired.size(), 8U);
  EXPECT_EQ(bed.last().dropped_segments, 0U);
  SegmentSettings small;
  small.window_bytes = 400'000;
  Bed tight(small);
  tight.run(25 * 60, 25);
  size_t bytes = 0;
  for (const TsSegmentPtr& segment : tight.last().listed) bytes += segment->bytes;
  for (const TsSegmentPtr& segment : tight.last().retired) bytes += segment->bytes;
  EXPECT_LE(bytes, 400'000U);
  EXPECT_GT(tight.last().dropped_segments, 0U);
}

TEST(SegmentFormat, ASenderWhoseTimeStandsStillFillsNoSegmentForEver) {
  SegmentSettings small;
  small.window_bytes = 200'000;
  Bed bed(small);
  for (int i = 0; i < 1000; ++i)  // the normaliser's smallest steps
    bed.format.package(picture(h264_track(), i, static_cast<uint8_t>(i), 2'000, i == 0), bed.out);
  bed.skip(seconds(2));
  bed.run(25 * 8, 10);
  ASSERT_FALSE(bed.out.empty());
  for (const auto& window : bed.out) {
    for (const TsSegmentPtr& segment : window->listed) EXPECT_LT(segment->bytes, 210'000U);
  }
  EXPECT_TRUE(bed.out.front()->listed.front()->discontinuity);
}

TEST(SegmentFormat, DiscontinuitiesThatLeftAreCounted) {
  Bed bed;
  bed.run(25 * 5, 25);
  bed.tracks({h265_track()});
  bed.run(25 * 60, 25);
  EXPECT_EQ(bed.last().discontinuity_sequence, 1U);
}

media::TrackPtr aac_of_opus() {
  auto track = std::make_shared<media::Track>(*aac_track());
  track->id = 7;
  track->derived_from = opus_track()->id;
  return track;
}

TEST(SegmentFormat, OpusIsReplacedByTheAacThatAWorkerMadeOfIt) {
  const media::TrackSet all = {h264_track(), opus_track(), aac_of_opus()};
  const media::TrackSet chosen = SegmentFormat::select(all);
  ASSERT_EQ(chosen.size(), 2U);
  EXPECT_EQ(chosen[1]->config.codec, media::Codec::kAac);
  EXPECT_EQ(SegmentFormat::select({h264_track(), opus_track()})[1]->config.codec, media::Codec::kOpus);
}

TEST(SegmentFormat, TheFirstSegmentWaitsForAac) {
  Bed bed;
  bed.tracks({h264_track(), opus_track()});
  bed.run(25, 25);
  ASSERT_EQ(bed.out.size(), 1U) << "one window, which asks for AAC";
  EXPECT_TRUE(bed.last().wants_aac && bed.last().listed.empty());
  bed.tracks({h264_track(), aac_of_opus()});
  bed.run(25 * 5, 25);
  ASSERT_EQ(bed.last().listed.size(), 2U);
  EXPECT_TRUE(bed.last().wants_aac) << "it is needed for as long as it is there";
  EXPECT_FALSE(bed.last().listed.front()->discontinuity);
}

TEST(SegmentFormat, OpusGoesOutAsItIsWhereNoAacComes) {
  Bed bed;
  bed.tracks({h264_track(), opus_track()});
  bed.run(25 * 3, 25);
  EXPECT_TRUE(bed.last().listed.empty());
  bed.run(25 * 3, 25);
  EXPECT_EQ(bed.last().listed.size(), 1U);
}

TEST(SegmentFormat, AacIsNotWaitedFor) {
  Bed bed;
  bed.run(25 * 3, 25);
  EXPECT_EQ(bed.last().listed.size(), 1U);
  EXPECT_FALSE(bed.last().wants_aac);
}

TEST(SegmentFormat, LeavesAv1ToFragments) {
  media::TrackPtr av1 = test_track(1, media::Codec::kAv1, codec::fixtures::kAv1Svt);
  EXPECT_TRUE(Format::carries(*av1));
  EXPECT_EQ(SegmentFormat::select({av1, aac_track()}).size(), 1u);
}

}  // namespace
}  // namespace eyas::mpegts
