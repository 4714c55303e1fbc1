#include "sources/files/timeline.h"

#include <gtest/gtest.h>

namespace eyas::files {
namespace {

using namespace std::chrono_literals;
using First = worker::OpenedMessage::First;

class TimelineTest : public testing::Test {
 protected:
  static media::TrackPtr track(media::TrackId id, media::Codec codec) {
    auto made = std::make_shared<media::Track>();
    made->id = id;
    made->config.codec = codec;
    return made;
  }
  media::Frame place(const media::TrackPtr& of, base::Duration dts, base::Duration pts,
                     base::Duration length) {
    media::Frame frame;
    frame.track = of;
    frame.pts = media::MediaTime(pts), frame.dts = media::MediaTime(dts), frame.duration = length;
    timeline_.place(frame);
    EXPECT_GE(frame.pts, frame.dts);
    return frame;
  }
  media::TrackPtr video_ = track(1, media::Codec::kH264), sound_ = track(2, media::Codec::kAac);
  media::TrackPtr klv_ = track(3, media::Codec::kData);
  Timeline timeline_;
};

TEST_F(TimelineTest, FilesFollowEachOtherWithoutAGap) {
  for (int file = 0; file < 3; ++file) {
    timeline_.begin(std::vector<First>{{1, 0ms, 0ms}});
    for (int i = 0; i < 25; ++i) {
      auto frame = place(video_, 40ms * i, 40ms * i, 40ms);
      EXPECT_EQ(frame.pts, media::MediaTime(1000ms * file + 40ms * i));
    }
  }
}

TEST_F(TimelineTest, SoundStaysWithItsPictureAndNeitherRunsIntoWhatWas) {
  timeline_.begin(std::vector<First>{{1, 0ms, 0ms}, {2, 0ms, 0ms}});
  place(video_, 960ms, 960ms, 40ms);
  place(sound_, 1003ms, 1003ms, 21ms);  // ends at 1024, the picture at 1000
  timeline_.begin(std::vector<First>{{1, 500ms, 500ms}, {2, 490ms, 490ms}});
  auto picture = place(video_, 500ms, 500ms, 40ms);
  auto sound = place(sound_, 490ms, 490ms, 21ms);
  EXPECT_EQ(sound.pts, media::MediaTime(1024ms)) << "at once after the sound before";
  EXPECT_EQ(picture.pts - sound.pts, 10ms) << "as in the file";
}

TEST_F(TimelineTest, DecodingNeverGoesBackWhereBFramesBegin) {
  timeline_.begin(std::vector<First>{{1, 0ms, 0ms}});
  auto last = place(video_, 960ms, 960ms, 40ms);
  timeline_.begin(std::vector<First>{{1, 0ms, -80ms}});
  auto first = place(video_, -80ms, 0ms, 40ms);
  EXPECT_GT(first.dts, last.dts);
  EXPECT_LE(first.pts, media::MediaTime(1041ms)) << "no later than it must";
  EXPECT_EQ(first.pts - first.dts, 80ms);
}

TEST_F(TimelineTest, AFileInItsMiddleBeginsWhereItIsAndDataMovesNothing) {
  timeline_.begin(std::vector<First>{{1, 7s, 7s}});
  EXPECT_EQ(place(video_, 7s, 7s, 40ms).pts, media::MediaTime(0ms));
  place(klv_, 9s, 9s, 0ms);
  EXPECT_EQ(timeline_.end(), media::MediaTime(40ms));
  timeline_.begin(std::vector<First>{{2, 0ms, 0ms}});
  EXPECT_EQ(place(sound_, 0ms, 0ms, 21ms).pts, media::MediaTime(40ms)) << "a file of other tracks";
}

}  // namespace
}  // namespace eyas::files
