#include "base/option_schema.h"

#include <gtest/gtest.h>

namespace eyas::base {
namespace {

struct Fields {
  std::string listen = "127.0.0.1:1935";
  bool keep_sei = false;
  std::string second = "refuse";
  Duration wait = std::chrono::seconds(10);
  size_t streams_max = 8;
  std::vector<std::string> origins;
};

OptionSchema schema_of(Fields& fields) {
  OptionSchema schema;
  schema.address("rtmp.listen", fields.listen, "Where RTMP listens.");
  schema.choice("rtmp.second_publisher", fields.second, {"refuse", "takeover"},
                "What happens to a second publisher.");
  schema.milliseconds("rtmp.play_wait_ms", fields.wait, 0, 60000, "How long a player waits.").reloadable =
      true;
  schema.truth("hls.keep_sei", fields.keep_sei, "Whether SEI passes on.");
  schema.number("hub.streams_max", fields.streams_max, 1, 100, "Streams at once.");
  schema.list("http.cors_origins", fields.origins, "Further origins.");
  return schema;
}

TEST(OptionSchema, SetsTheBoundFields) {
  Fields fields;
  OptionSchema schema = schema_of(fields);
  EXPECT_TRUE(schema.set("rtmp.listen", "0.0.0.0:1936").ok());
  EXPECT_TRUE(schema.set("rtmp.second_publisher", "takeover").ok());
  EXPECT_TRUE(schema.set("rtmp.play_wait_ms", "250").ok());
  EXPECT_TRUE(schema.set("hls.keep_sei", "true").ok());
  EXPECT_TRUE(schema.set("hub.streams_max", "100").ok());
  EXPECT_TRUE(schema.set("http.cors_origins", "https://a.example, https://b.example").ok());
  EXPECT_EQ(fields.listen, "0.0.0.0:1936");
  EXPECT_EQ(fields.second, "takeover");
  EXPECT_EQ(fields.wait, std::chrono::milliseconds(250));
  EXPECT_TRUE(fields.keep_sei);
  EXPECT_EQ(fields.streams_max, 100u);
  EXPECT_EQ(fields.origins, (std::vector<std::string>{"https://a.example", "https://b.example"}));
}

TEST(OptionSchema, AnUnknownKeyNamesTheNearestKnownOne) {
  Fields fields;
  auto status = schema_of(fields).set("rtmp.lisen", "x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "not_found: unknown key (rtmp.lisen; did you mean rtmp.listen?)");
}

TEST(OptionSchema, ABadValueNamesKeyValueAndWhatIsAllowedAndChangesNothing) {
  Fields fields;
  OptionSchema schema = schema_of(fields);
  for (auto [key, value] : {std::pair{"hub.streams_max", "0"},
                            {"hub.streams_max", "101"},
                            {"hub.streams_max", "8x"},
                            {"hls.keep_sei", "yes"},
                            {"rtmp.second_publisher", "both"},
                            {"rtmp.listen", "1935"},
                            {"rtmp.listen", "127.0.0.1:99999"},
                            {"rtmp.play_wait_ms", "-1"}}) {
    auto status = schema.set(key, value);
    ASSERT_FALSE(status.ok()) << key << value;
    EXPECT_NE(status.error().message().find(key), std::string::npos);
    EXPECT_NE(status.error().message().find(value), std::string::npos);
    EXPECT_NE(status.error().message().find("allowed: "), std::string::npos);
  }
  EXPECT_EQ(fields.streams_max, 8u);
  EXPECT_EQ(fields.listen, "127.0.0.1:1935");
}

TEST(OptionSchema, TheFileHoldsEveryKeyWithItsDescription) {
  Fields fields;
  std::string yaml = schema_of(fields).yaml();
  EXPECT_NE(yaml.find("rtmp:\n  # Where RTMP listens.\n"), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("  listen: \"127.0.0.1:1935\"\n"), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("  play_wait_ms: 10000\n"), std::string::npos);
  EXPECT_NE(yaml.find("Reloaded by SIGHUP."), std::string::npos);
}

TEST(OptionSchema, ARoomStandsOnceInYamlHoweverItsOptionsCame) {
  OptionSchema schema;
  std::string a, b, c;
  schema.text("rtmp.first", a, "First.");
  schema.text("rtmps.other", b, "Other.");
  schema.text("rtmp.second", c, "Second.");
  std::string yaml = schema.yaml();
  EXPECT_EQ(yaml.find("rtmp:\n"), yaml.rfind("rtmp:\n")) << yaml;
  EXPECT_LT(yaml.find("second:"), yaml.find("rtmps:")) << yaml;
}

}  // namespace
}  // namespace eyas::base
