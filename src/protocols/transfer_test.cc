#include "protocols/transfer.h"

#include <gtest/gtest.h>

namespace eyas::protocols {
namespace {

std::string_view format_of(const char* url, const TransferOptions& options = {}) {
  return http_format(*base::Url::parse(url), options);
}

TEST(HttpFormat, IsToldByTheEndOfThePath) {
  EXPECT_EQ(format_of("http://host/live/a.flv?token=x.m3u8"), "flv");
  EXPECT_EQ(format_of("https://host/live/a/index.m3u8"), "hls");
  EXPECT_EQ(format_of("http://host/mjpg/video.mjpg"), "mjpeg");
  EXPECT_EQ(format_of("http://host/live/a.mjpeg"), "mjpeg");
  EXPECT_EQ(format_of("http://host/live/a.ts"), "ts");
  EXPECT_EQ(format_of("https://host/live/a/whep"), "whep");
  EXPECT_EQ(format_of("https://host/live/a/whip"), "whip");
  EXPECT_EQ(format_of("http://host/video_feed"), "");
  EXPECT_EQ(format_of("rtsp://host/a.flv"), "");
}

TEST(HttpFormat, AnOptionOverrulesThePath) {
  EXPECT_EQ(format_of("http://host/video_feed", {{"format", "mjpeg"}}), "mjpeg");
  EXPECT_EQ(format_of("http://host/a.flv", {{"format", "hls"}}), "hls");
  EXPECT_EQ(format_of("http://host/a.flv", {{"format", "cinema"}}), "");
  EXPECT_EQ(format_of("rtmp://host/a", {{"format", "hls"}}), "");
}

TEST(TransferOptions, UnknownOnesAreNamed) {
  EXPECT_TRUE(check_options({{"transport", "tcp"}}, {"format", "transport"}).ok());
  base::Status status = check_options({{"trnsport", "tcp"}}, {"format", "transport"});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, base::Code::kInvalidConfig);
  EXPECT_NE(status.error().detail.find("trnsport; known are: format, transport"), std::string::npos);
}

TEST(TransferOptions, TlsIsReadFromThem) {
  base::Url url = *base::Url::parse("rtsps://camera.local/x");
  EXPECT_EQ(tls_towards(url, {})->server_name, "camera.local");
  EXPECT_TRUE(tls_towards(url, {})->verify);
  EXPECT_FALSE(tls_towards(url, {{"tls_verify", "false"}})->verify);
  EXPECT_EQ(tls_towards(url, {{"tls_authority", "/ca.pem"}})->authority_file, "/ca.pem");
  EXPECT_FALSE(tls_towards(url, {{"tls_verify", "no"}}).ok());
}

}  // namespace
}  // namespace eyas::protocols
