#include "protocols/rtsp/wire/headers.h"

#include <gtest/gtest.h>

namespace eyas::rtsp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(SessionHeader, ReadsIdAndTimeout) {
  EXPECT_EQ(parse_session("12345678;timeout=30"), (SessionHeader{"12345678", seconds(30)}));
  EXPECT_EQ(parse_session(" 1a ; timeout = x"), (SessionHeader{"1a", {}}));
  EXPECT_EQ(parse_session(";timeout=1"), std::nullopt);
  EXPECT_EQ((SessionHeader{"1a", seconds(60)}).text(), "1a;timeout=60");
}

TEST(Range, ReadsNormalPlayTime) {
  Range range = *parse_range("npt=10.25-1:02:03");
  EXPECT_EQ(range.begin, milliseconds(10'250));
  EXPECT_EQ(range.end, seconds(3723));
  EXPECT_TRUE(parse_range("npt=now-")->now);
  EXPECT_EQ(parse_range("npt=-5")->end, seconds(5));
  EXPECT_EQ(parse_range("npt=0.000-;time=19970123T143720Z")->begin, seconds(0));
}

TEST(Range, ReadsClockTime) {
  Range range = *parse_range("clock=20261121T203000.5Z-20261121T203100Z");
  EXPECT_EQ(range.unit, Range::Unit::kClock);
  EXPECT_EQ(range.begins->time_since_epoch(), milliseconds(1'795'293'000'500));
  EXPECT_EQ(*range.ends - *range.begins, milliseconds(59'500));
  EXPECT_EQ(range.text(), "clock=20261121T203000.500Z-20261121T203100.000Z");
}

TEST(Range, RefusesTheRest) {
  for (const char* text : {"", "npt", "npt=x-", "npt=1-y", "smpte=0:10:20-", "clock=2026-",
                           "clock=20261321T203000Z-", "npt=99999999999-"}) {
    EXPECT_EQ(parse_range(text), std::nullopt) << text;
  }
}

TEST(RtpInfo, ReadsTracks) {
  auto infos = parse_rtp_info(
      "url=rtsp://a/x?t=1,2;y=3/trackID=1;seq=45102;rtptime=12345678,url=rtsp://a/x/trackID=2;seq=1");
  ASSERT_EQ(infos.size(), 2u);
  EXPECT_EQ(infos[0], (RtpInfo{"rtsp://a/x?t=1,2;y=3/trackID=1", 45102, 12345678}));
  EXPECT_EQ(infos[1], (RtpInfo{"rtsp://a/x/trackID=2", 1, {}}));
}

TEST(RtpInfo, TextReadsBackToTheSame) {
  std::vector<RtpInfo> infos = {{"rtsp://a/1", 65535, 0}, {"rtsp://a/2", {}, {}}};
  EXPECT_EQ(text_of(infos), "url=rtsp://a/1;seq=65535;rtptime=0,url=rtsp://a/2");
  EXPECT_EQ(parse_rtp_info(text_of(infos)), infos);
}

TEST(RtpInfo, BoundsTheTracks) {
  std::string many;
  for (size_t i = 0; i < 2 * kRtpInfosMax; ++i) many += "url=a,";
  EXPECT_EQ(parse_rtp_info(many).size(), kRtpInfosMax);
}

}  // namespace
}  // namespace eyas::rtsp
