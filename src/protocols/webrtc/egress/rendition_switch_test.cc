#include "protocols/webrtc/egress/rendition_switch.h"

#include <gtest/gtest.h>

#include <map>

#include "protocols/webrtc/egress/test_source.h"

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;
using Verdict = RenditionSwitch::Verdict;

constexpr base::MonoTime kStart{1h};

class Switch : public ::testing::Test {
 protected:
  Verdict put(uint8_t rank, bool key, int64_t skip = 0) {
    PacketUnit unit;
    unit.track = tracks_[rank];
    unit.key = key;
    unit.number = (numbers_[rank] += static_cast<uint64_t>(1 + skip));
    unit.track_bps = bps_[rank];
    return renditions_.admit(unit, now_);
  }
  Verdict again(uint8_t rank, bool key, uint64_t number) {
    PacketUnit unit;
    unit.track = tracks_[rank];
    unit.key = key;
    unit.number = number;
    return renditions_.admit(unit, now_);
  }

  base::MonoTime now_ = kStart;
  std::map<uint8_t, media::TrackPtr> tracks_{
      {0, test::h264_track(1)}, {1, test::h264_track(2, 1)}, {2, test::h264_track(3, 2)}};
  std::map<uint8_t, uint64_t> numbers_;
  std::map<uint8_t, uint32_t> bps_{{0, 2'000'000}, {1, 700'000}, {2, 200'000}};
  RenditionSwitch renditions_{NegotiatedTrack(1, false, media::Codec::kH264)};
};

TEST_F(Switch, BeginsWithAKeyframeAndFollows) {
  EXPECT_EQ(put(0, false), Verdict::kSkip);
  EXPECT_EQ(put(0, true), Verdict::kSend);
  EXPECT_EQ(put(0, false), Verdict::kSend);
  EXPECT_EQ(put(1, true), Verdict::kSkip);
  EXPECT_EQ(renditions_.current(), 0);
}

TEST_F(Switch, AHoleWaitsForTheNextKeyframe) {
  put(0, true);
  EXPECT_EQ(put(0, false, 1), Verdict::kSkip);
  EXPECT_EQ(put(0, false), Verdict::kSkip);
  EXPECT_EQ(put(0, true), Verdict::kSend);
  EXPECT_EQ(put(0, true, 5), Verdict::kSend);  // a keyframe needs nothing before it
}

TEST_F(Switch, FallsToWhatFitsAndKeepsSendingUntilItsKeyframe) {
  put(0, true);
  put(1, true);
  put(2, true);
  EXPECT_TRUE(renditions_.choose(1'000'000, now_));
  EXPECT_EQ(renditions_.wanted_track(), 2u);
  EXPECT_EQ(put(0, false), Verdict::kSend);
  EXPECT_EQ(put(1, false), Verdict::kSkip);
  EXPECT_EQ(put(1, true), Verdict::kRejoin);
  EXPECT_EQ(put(0, true), Verdict::kSkip);
  EXPECT_EQ(put(1, false), Verdict::kSend);
  EXPECT_TRUE(renditions_.choose(100'000, now_));
  EXPECT_EQ(renditions_.wanted_track(), 3u);  // nothing fits: the smallest
}

TEST_F(Switch, RisesOnlyWithRoomToSpare) {
  for (uint8_t rank : {0, 1, 2}) put(rank, true);
  renditions_.choose(1'000'000, now_);
  put(1, true);
  EXPECT_FALSE(renditions_.choose(2'100'000, now_));
  EXPECT_EQ(renditions_.better_bps(now_), 2'000'000u);
  EXPECT_TRUE(renditions_.choose(2'500'000, now_));
  EXPECT_EQ(put(0, true), Verdict::kRejoin);
  EXPECT_EQ(renditions_.changes(), 2u);
}

TEST_F(Switch, APinnedRenditionStaysWhateverThePathCarries) {
  for (uint8_t rank : {0, 1, 2}) put(rank, true);
  renditions_.pin(1);
  EXPECT_TRUE(renditions_.choose(0, now_));
  EXPECT_EQ(put(1, true), Verdict::kRejoin);
  EXPECT_FALSE(renditions_.choose(50'000'000, now_));
  EXPECT_EQ(renditions_.better_bps(now_), 0u);
  renditions_.pin(std::nullopt);
  EXPECT_TRUE(renditions_.choose(50'000'000, now_));
}

TEST_F(Switch, LeavesARenditionThatThePublisherStopped) {
  for (uint8_t rank : {0, 1}) put(rank, true);
  for (int i = 0; i < 60; ++i) {
    now_ += 33ms;
    put(1, i % 30 == 0);
    renditions_.choose(0, now_);
  }
  EXPECT_EQ(renditions_.wanted_track(), 2u);
  EXPECT_EQ(put(1, true), Verdict::kRejoin);
}

TEST_F(Switch, StaysWhenEverythingStops) {
  put(0, true);
  now_ += 1h;
  EXPECT_FALSE(renditions_.choose(0, now_));
  EXPECT_EQ(put(0, false), Verdict::kSend);
}

TEST_F(Switch, UnitsThatComeAgainAreSkippedUnlessTheyWereAskedFor) {
  put(0, true);
  put(0, false);
  put(0, false);
  EXPECT_EQ(again(0, true, 1), Verdict::kSkip);
  renditions_.expect_replay();
  EXPECT_EQ(again(0, false, 2), Verdict::kSkip);
  EXPECT_EQ(again(0, true, 1), Verdict::kRejoin);
  EXPECT_EQ(again(0, false, 2), Verdict::kSend);
  EXPECT_EQ(again(0, false, 3), Verdict::kSend);
  EXPECT_EQ(put(0, false), Verdict::kSend);
  EXPECT_EQ(again(0, true, 1), Verdict::kSkip);  // once
}

TEST_F(Switch, AnotherCodecIsNotSent) {
  put(0, true);
  auto hevc = std::make_shared<media::Track>(*tracks_[0]);
  hevc->config.codec = media::Codec::kH265;
  tracks_[0] = hevc;
  EXPECT_EQ(put(0, true), Verdict::kSkip);
  EXPECT_TRUE(renditions_.codec_changed());
}

TEST_F(Switch, ATrackOfAnotherPublisherTakesThePlaceOfOneThatIsGone) {
  put(0, true);
  tracks_[0] = test::h264_track(7);
  EXPECT_EQ(put(0, true), Verdict::kSkip);  // a second camera of the same stream
  now_ += 2s;
  EXPECT_EQ(put(0, true), Verdict::kSend);
}

}  // namespace
}  // namespace eyas::webrtc
