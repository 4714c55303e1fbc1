#include <gtest/gtest.h>

#include "base/option_schema.h"

namespace eyas::base {
namespace {

struct Camera {
  std::string name, url;
  int rank = 0;
  bool enabled = true;
  std::map<std::string, std::string> options;
};

void describe(OptionSchema& schema, Camera& camera) {
  schema.text("name", camera.name, "Its name.");
  schema.text("url", camera.url, "Its address.");
  schema.number("rank", camera.rank, 0, 100, "Its rank.");
  schema.truth("enabled", camera.enabled, "Whether it runs.");
  schema.map("options", camera.options, "What its protocol takes.");
}

struct Records : testing::Test {
  Records() { schema.records("sources.cameras", cameras, "Cameras."); }
  std::vector<std::string> set(const std::vector<RecordText>& texts) {
    return schema.find("sources.cameras")->records.set(texts);
  }
  std::vector<Camera> cameras;
  OptionSchema schema;
};

TEST_F(Records, SetFieldsAndFreeKeys) {
  auto findings = set({{{"name", "cctv/front"}, {"url", "rtsp://a"}, {"options.transport", "tcp"}},
                       {{"name", "cctv/back"}, {"rank", "10"}, {"enabled", "false"}}});
  EXPECT_EQ(findings, std::vector<std::string>{});
  ASSERT_EQ(cameras.size(), 2u);
  EXPECT_EQ(cameras[0].options, (std::map<std::string, std::string>{{"transport", "tcp"}}));
  EXPECT_EQ(cameras[1].rank, 10);
  EXPECT_FALSE(cameras[1].enabled);
}

TEST_F(Records, FindingsNameTheRecordAndTakeNothing) {
  auto findings = set({{{"name", "cctv/front"}}, {{"ulr", "rtsp://a"}, {"rank", "101"}}});
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0], "unknown key: sources.cameras[1].ulr; did you mean url or options.ulr?");
  EXPECT_EQ(findings[1],
            "value not allowed: sources.cameras[1].rank: \"101\"; allowed: a whole number from 0 to 100");
  EXPECT_TRUE(cameras.empty());
}

TEST_F(Records, TextIsNotAList) {
  EXPECT_FALSE(schema.set("sources.cameras", "x").ok());
}

TEST_F(Records, AreWrittenAsTheyDifferFromDefaults) {
  EXPECT_NE(schema.yaml().find("  cameras: []\n"), std::string::npos) << schema.yaml();
  EXPECT_NE(schema.yaml().find("  #   rank: Its rank. Allowed: a whole number from 0 to 100. Default: 0.\n"),
            std::string::npos)
      << schema.yaml();
  cameras = {{"cctv/front", "rtsp://u:\"\\@a", 0, true, {{"latency", "5"}, {"transport", "tcp"}}},
             {"cctv/back", "", 3, false, {}}};
  EXPECT_EQ(schema.find("sources.cameras")->get(),
            "[{name: cctv/front, url: \"rtsp://u:\\\"\\\\@a\", options: {latency: 5, transport: tcp}}, "
            "{name: cctv/back, rank: 3, enabled: false}]");
  EXPECT_NE(schema.yaml().find("  cameras:\n"
                               "    - name: cctv/front\n"
                               "      url: \"rtsp://u:\\\"\\\\@a\"\n"
                               "      options:\n"
                               "        latency: 5\n"
                               "        transport: tcp\n"
                               "    - name: cctv/back\n"
                               "      rank: 3\n"),
            std::string::npos)
      << schema.yaml();
}

}  // namespace
}  // namespace eyas::base
