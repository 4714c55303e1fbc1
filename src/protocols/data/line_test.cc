#include "protocols/data/line.h"

#include <gtest/gtest.h>

#include "protocols/data/line_format.h"

namespace eyas::data {
namespace {

using std::chrono::milliseconds;

constexpr base::WallTime kArrived{milliseconds(1'700'000'000'456)};

media::Frame frame(const std::string& media_type, std::string_view payload) {
  auto track = std::make_shared<media::Track>();
  track->id = 3;
  track->config.codec = media::Codec::kData;
  track->media_type = media_type;
  media::Frame made;
  made.track = track;
  made.pts = made.dts = media::MediaTime(base::Duration(1'234'567'000));
  made.payload = base::Slice::copy_of(payload);
  return made;
}

TEST(Line, JsonStaysJson) {
  media::Frame telemetry =
      frame("application/json; profile=telemetry", "{\"lat\":37.5,\r\n \"name\":\"a\\nb\"}");
  telemetry.capture = base::WallTime(milliseconds(1'700'000'000'123));
  EXPECT_EQ(line_of(telemetry, kArrived),
            "{\"track\":3,\"media_type\":\"application/json; profile=telemetry\",\"pts_ms\":1234.567,"
            "\"capture\":\"2023-11-14T22:13:20.123Z\",\"data\":{\"lat\":37.5,   \"name\":\"a\\nb\"}}\n");
}

TEST(Line, OtherBytesAreBase64) {
  EXPECT_EQ(line_of(frame("application/klv", "any carnal pleas"), kArrived),
            "{\"track\":3,\"media_type\":\"application/klv\",\"pts_ms\":1234.567,"
            "\"arrival\":\"2023-11-14T22:13:20.456Z\",\"base64\":\"YW55IGNhcm5hbCBwbGVhcw==\"}\n");
  for (const auto& [bytes, text] :
       {std::pair{"", "\"\""}, {"M", "\"TQ==\""}, {"Ma", "\"TWE=\""}, {"Man", "\"TWFu\""}})
    EXPECT_NE(line_of(frame("x/y", bytes), kArrived).find(std::string("\"base64\":") + text),
              std::string::npos);
}

TEST(Line, WhatOnlySaysThatItIsJsonIsBase64) {
  for (const char* broken : {"{\"lat\":", "{} {}", "", "{\"a\":1}\n{\"track\":4}", "\xff"})
    EXPECT_NE(line_of(frame("application/json", broken), kArrived).find("\"base64\":"), std::string::npos)
        << broken;
  const std::string line = line_of(frame("a\"b\n\xff", "x"), kArrived);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find("a\\\"b\\n"), std::string::npos) << line;
}

TEST(Line, AByteOrderMarkIsLeftOut) {
  const std::string line = line_of(frame("application/json", "\xEF\xBB\xBF[1]"), kArrived);
  EXPECT_TRUE(line.ends_with("\"data\":[1]}\n")) << line;
}

// The JSON parser stops at a zero byte; the fuzzer found what stood behind it in the line.
TEST(Line, JsonWithAZeroByteBehindItIsBase64) {
  const std::string text("\"{\"\n\t\0\0o", 8);
  EXPECT_NE(line_of(frame("application/json", text), kArrived).find("\"base64\":"), std::string::npos);
}

TEST(Line, ALargePayloadIsOnlyCounted) {
  const std::string line =
      line_of(frame("application/klv", std::string(kPayloadBytesMax + 1, 'x')), kArrived);
  EXPECT_NE(line.find("\"omitted_bytes\":262145}"), std::string::npos);
  EXPECT_LT(line.size(), 200U);
}

TEST(SaysJson, KnowsItsTypes) {
  EXPECT_TRUE(says_json("application/json"));
  EXPECT_TRUE(says_json("application/geo+json; profile=x"));
  EXPECT_FALSE(says_json("application/klv"));
  EXPECT_FALSE(says_json("text/plain; is=application/json"));
}

TEST(LineFormat, CarriesDataTracksAlone) {
  media::Frame data = frame("application/klv", "x");
  auto video = std::make_shared<media::Track>();
  video->id = 1;
  video->config.codec = media::Codec::kH264;
  const media::TrackSet carried = LineFormat::select({video, data.track});
  ASSERT_EQ(carried.size(), 1U);
  EXPECT_EQ(carried[0]->id, 3U);
  base::ManualClock clock;
  LineFormat format({}, "live/alpha", clock);
  data.arrival = clock.mono();
  clock.advance(milliseconds(500));
  std::vector<std::shared_ptr<const Line>> out;
  format.package(std::make_shared<const media::Frame>(data), out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0]->track, 3U);
  EXPECT_FALSE(out[0]->omitted);
  EXPECT_NE(base::as_text(out[0]->text).find("\"arrival\":\"2023-11-14T22:13:20.000Z\""), std::string::npos);
}

}  // namespace
}  // namespace eyas::data
