#include "protocols/rtsp/target.h"

#include <gtest/gtest.h>

namespace eyas::rtsp {
namespace {

std::string read(std::string_view uri) {
  auto target = parse_target(uri, 64);
  if (!target) return base::code_name(target.error().code);
  return target->stream + " [" + target->arguments + "] [" + target->control + "]";
}

TEST(Target, NamesAStream) {
  EXPECT_EQ(read("rtsp://host:8554/live/alpha"), "live/alpha [] []");
  EXPECT_EQ(read("RTSPS://[::1]/live/alpha/"), "live/alpha [] []");
  EXPECT_EQ(read("rtsp://user:pass@host//live/alpha?key=x&y=1"), "live/alpha [key=x&y=1] []");
  EXPECT_EQ(read("rtsp://host"), " [] []");
}

TEST(Target, NamesATrackHoweverItIsPutBehind) {
  EXPECT_EQ(read("rtsp://host/live/alpha/trackID=1"), "live/alpha [] [trackID=1]");
  EXPECT_EQ(read("rtsp://host/live/alpha?key=x/trackID=2"), "live/alpha [key=x] [trackID=2]");
  EXPECT_EQ(read("rtsp://host/live/alpha/?key=x/trackID=2"), "live/alpha [key=x] [trackID=2]");
  EXPECT_EQ(read("rtsp://host/live/alpha/trackID=3?key=x"), "live/alpha [key=x] [trackID=3]");
}

TEST(Target, RefusesTheRest) {
  EXPECT_EQ(read("*"), "malformed");
  EXPECT_EQ(read("http://host/live/alpha"), "malformed");
  EXPECT_EQ(read("rtsp://host/live/alpha?" + std::string(65, 'a')), "limit");
}

}  // namespace
}  // namespace eyas::rtsp
