#include "sources/transfer_plan.h"

#include <gtest/gtest.h>

#include "sources/test_protocol.h"

namespace eyas::sources {
namespace {

struct TransferPlanTest : testing::Test {
  TransferPlanTest() { table.add(protocol); }
  std::vector<std::string> findings() { return check(plan, table); }

  TestProtocol protocol;
  TransferTable table;
  TransferPlan plan;
};

PullOptions pull(std::string name, std::string url) {
  PullOptions made;
  made.name = std::move(name);
  made.url = std::move(url);
  return made;
}
PushOptions push(std::string stream, std::string url) {
  PushOptions made;
  made.stream = std::move(stream);
  made.url = std::move(url);
  return made;
}

TEST_F(TransferPlanTest, GoodOnesHaveNoFindings) {
  plan.pulls = {pull("cctv/front", "test://10.0.0.5/1"), pull("cctv/{id}", "test://10.0.0.{id}/1")};
  plan.pulls[0].options = {{"transport", "tcp"}};
  plan.pulls.push_back(plan.pulls[0]);
  plan.pulls[2].rank = 10;
  plan.pushes = {push("live/alpha", "test://a/b"), push("live/*", "test://a/{app}/{name}")};
  EXPECT_EQ(findings(), std::vector<std::string>{});
}

TEST_F(TransferPlanTest, FindingsNameTheirPlaceAndNoSecret) {
  plan.pulls = {pull("", "test://a/b"),
                pull("cctv/front", ""),
                pull("cctv", "test://a/b"),
                pull("cctv/a", "gopher://admin:hunter2@a/b"),
                pull("cctv/b", "hunter2 is no address"),
                pull("cctv/{id}", "test://{id}/b"),
                pull("cctv/c", "test://a/b"),
                pull("cctv/c", "test://other/b")};
  auto found = findings();
  ASSERT_EQ(found.size(), 7u);
  const char* places[] = {"[0].name", "[1].url", "[2].name", "[3].url", "[4].url", "[5].url", "[7].rank"};
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(found[i].starts_with("sources.pulls" + std::string(places[i]))) << found[i];
    EXPECT_EQ(found[i].find("hunter2"), std::string::npos) << found[i];
  }
}

TEST_F(TransferPlanTest, ProtocolsJudgeTheirOptions) {
  plan.pulls = {pull("cctv/front", "test://a/b")};
  plan.pulls[0].options = {{"trnsport", "tcp"}};
  auto found = findings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("sources.pulls[0].options: ")) << found[0];
  EXPECT_NE(found[0].find("trnsport; known are: transport"), std::string::npos) << found[0];
}

TEST_F(TransferPlanTest, PushesOfSeveralStreamsDiffer) {
  plan.pushes = {push("live/*", "test://a/same"), push("*/a", "test://a/{name}"),
                 push("live/a", "test://a/{name}"), push("live/a", "test://a/b")};
  plan.pushes[3].id = "no good";
  auto found = findings();
  ASSERT_EQ(found.size(), 4u);
  EXPECT_NE(found[0].find("{name}"), std::string::npos) << found[0];
  EXPECT_NE(found[1].find("[1].stream"), std::string::npos) << found[1];
  EXPECT_NE(found[2].find("[2].url"), std::string::npos) << found[2];
  EXPECT_NE(found[3].find("[3].id"), std::string::npos) << found[3];
}

TEST_F(TransferPlanTest, LimitsAreKept) {
  plan.pulls_max = 1;
  plan.pushes_max = 0;
  plan.pulls = {pull("cctv/a", "test://a/b"), pull("cctv/b", "test://a/b")};
  plan.pushes = {push("live/a", "test://a/b")};
  plan.retry.backoff_max = plan.retry.backoff_first / 2;
  plan.dial_allow = {"nonsense"};
  EXPECT_EQ(findings().size(), 4u);
}

TEST(Pushes, GetIdsOfTheirStreams) {
  std::vector<PushOptions> pushes = {push("live/a", "x"), push("live/a", "y"), push("live/*", "z")};
  pushes[0].id = "live-a-1";
  name_pushes(pushes);
  EXPECT_EQ(pushes[1].id, "live-a-2");
  EXPECT_EQ(pushes[2].id, "live-_-1");
}

TEST(Patterns, StarsTakeAnyRun) {
  EXPECT_TRUE(fits_pattern("live/*", "live/alpha"));
  EXPECT_TRUE(fits_pattern("live/cam-*", "live/cam-7"));
  EXPECT_TRUE(fits_pattern("live/*-hd", "live/a-hd-hd"));
  EXPECT_TRUE(fits_pattern("live/alpha", "live/alpha"));
  EXPECT_FALSE(fits_pattern("live/alpha", "live/alpha2"));
  EXPECT_FALSE(fits_pattern("live/cam-*", "live/car-7"));
  EXPECT_FALSE(fits_pattern("live/*", "other/alpha"));
}

}  // namespace
}  // namespace eyas::sources
