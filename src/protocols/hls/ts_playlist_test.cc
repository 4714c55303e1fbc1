#include "protocols/hls/ts_playlist.h"

#include <gtest/gtest.h>

namespace eyas::hls {
namespace {

using std::chrono::milliseconds;

TEST(TsPlaylist, Golden) {
  mpegts::TsWindow window;
  window.target = std::chrono::seconds(4);
  window.discontinuity_sequence = 2;
  for (uint64_t number : {7, 8}) {
    mpegts::TsSegment segment;
    segment.number = number;
    segment.discontinuity = number == 8;
    segment.duration = milliseconds(2002);
    segment.start = base::WallTime(milliseconds(1'700'000'000'123 + 2002 * static_cast<int64_t>(number - 7)));
    window.listed.push_back(std::make_shared<const mpegts::TsSegment>(segment));
  }
  EXPECT_EQ(ts_playlist(window, "ts/"),
            "#EXTM3U\n"
            "#EXT-X-VERSION:3\n"
            "#EXT-X-TARGETDURATION:4\n"
            "#EXT-X-MEDIA-SEQUENCE:7\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:2\n"
            "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:20.123Z\n"
            "#EXTINF:2.00200,\n"
            "ts/7.ts\n"
            "#EXT-X-DISCONTINUITY\n"
            "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:22.125Z\n"
            "#EXTINF:2.00200,\n"
            "ts/8.ts\n");
}

TEST(ParseTsSegment, KnowsItsNamesAndNoOthers) {
  EXPECT_EQ(parse_ts_segment("1700000123.ts"), 1'700'000'123U);
  for (const char* wrong : {"", ".ts", "x.ts", "-1.ts", "1.ts2", "1", "99999999999999999999.ts", "1_2.ts"})
    EXPECT_FALSE(parse_ts_segment(wrong)) << wrong;
}

}  // namespace
}  // namespace eyas::hls
