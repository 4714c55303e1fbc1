#include "protocols/dash/resource.h"

#include <gtest/gtest.h>

namespace eyas::dash {
namespace {

TEST(ParseResource, KnowsItsNamesAndNoOthers) {
  const auto init = parse_resource("video_3_init.mp4");
  ASSERT_TRUE(init);
  EXPECT_EQ(init->kind, Resource::Kind::kInit);
  EXPECT_EQ(init->track, "video");
  EXPECT_EQ(init->number, 3U);
  const auto segment = parse_resource("audio_6800000017.m4s");
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->kind, Resource::Kind::kSegment);
  EXPECT_EQ(segment->track, "audio");
  EXPECT_EQ(segment->number, 6'800'000'017U);
  for (const char* wrong :
       {"", "video", "video.m4s", "video_.m4s", "_1.m4s", "video_-1.m4s", "video_1_2.m4s", "video_1.mp4",
        "video_99999999999999999999.m4s", "video_1x.m4s", "time", "time2", "video__init.mp4"})
    EXPECT_FALSE(parse_resource(wrong)) << wrong;
}

}  // namespace
}  // namespace eyas::dash
