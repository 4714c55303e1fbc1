#include "sources/stream_template.h"

#include <gtest/gtest.h>

namespace eyas::sources {
namespace {

hub::StreamName name(const char* text) {
  return *hub::StreamName::parse(text);
}

std::string filled(const char* pattern, const char* url, const char* stream) {
  auto made = StreamTemplate::make(pattern, url);
  if (!made) return "not made: " + made.error().message();
  auto values = made->match(name(stream));
  if (!values) return "no match";
  auto result = made->fill(*values);
  return result ? result->text() : result.error().message();
}

TEST(StreamTemplate, FillsHostPathAndQuery) {
  EXPECT_EQ(filled("cctv/{id}", "rtsp://admin:pw@10.0.0.{id}:554/stream1?ch={id}", "cctv/7"),
            "rtsp://admin:pw@10.0.0.7:554/stream1?ch=7");
  EXPECT_EQ(filled("{site}/cam-{n}", "rtsp://nvr-{site}.lan/ch{n}/main", "seoul/cam-12"),
            "rtsp://nvr-seoul.lan/ch12/main");
}

TEST(StreamTemplate, MatchesWholeNamesOnly) {
  for (const char* other : {"cctx/cam-1", "cctv/cam-", "cctv/cam1", "cctv/cam-1x.y", "cctv/xcam-1"})
    EXPECT_EQ(filled("cctv/cam-{id}", "rtsp://10.0.0.5/{id}", other), "no match") << other;
}

// A viewer's name is a stranger's text: nothing in it may end the place where it stands.
TEST(StreamTemplate, ValuesAreOneLabel) {
  for (const char* value : {"", "a.b", "a/b", "..", "a@b", "a:1", "a?b", "a#b", "%2e", "a b", "a\\b", "{id}"})
    EXPECT_FALSE(StreamTemplate::allowed_value(value)) << value;
  EXPECT_FALSE(StreamTemplate::allowed_value(std::string(65, 'a')));
  EXPECT_TRUE(StreamTemplate::allowed_value(std::string(64, 'a')));
  auto made = StreamTemplate::make("cctv/{id}", "rtsp://10.0.0.{id}/1");
  ASSERT_TRUE(made.ok());
  EXPECT_FALSE(made->fill({{"id", "5/../../x"}}).ok());
  EXPECT_FALSE(made->fill({{"id", "5@evil"}}).ok());
  EXPECT_FALSE(made->match(name("cctv/1.2")));  // a dot would make another host of it
}

TEST(StreamTemplate, BracesStandOnlyWhereTheyDoNoHarm) {
  for (const char* url : {"{id}://10.0.0.5/1", "rtsp://{id}/1", "rtsp://{id}:pw@10.0.0.5/1",
                          "rtsp://admin:{id}@10.0.0.5/1", "rtsp://10.0.0.5:{id}/1", "rtsp://[::{id}]/1",
                          "rtsp://10.0.0.5/{other}", "rtsp://10.0.0.5/{", "rtsp://10.0.0.5/{}"})
    EXPECT_FALSE(StreamTemplate::make("cctv/{id}", url).ok()) << url;
  for (const char* pattern : {"cctv/{a}{b}", "cctv/{a}-{b}", "cctv", "cctv/{}", "{id}/{id}", "cctv/.{id}"})
    EXPECT_FALSE(StreamTemplate::make(pattern, "rtsp://10.0.0.5/1").ok()) << pattern;
}

TEST(StreamTemplate, ErrorsAndWhatIsShownHoldNoPassword) {
  auto made = StreamTemplate::make("cctv/{id}", "rtsp://admin:hunter2@{id}/1");
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().message().find("hunter2"), std::string::npos);
  std::string shown = shown_url("rtsp://admin:hunter2@10.0.0.{id}/ch{id}", Mask::kCredentials);
  EXPECT_EQ(shown.find("hunter2"), std::string::npos);
  EXPECT_NE(shown.find("10.0.0.{id}/ch{id}"), std::string::npos) << shown;
  EXPECT_EQ(shown_url("rtmp://a.example/live2/secret-key", Mask::kKey).find("secret-key"), std::string::npos);
}

}  // namespace
}  // namespace eyas::sources
