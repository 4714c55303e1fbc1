#include "sources/transfers.h"

#include <gtest/gtest.h>

#include "sources/test_transfers.h"

namespace eyas::sources {
namespace {

// --- pulls

TEST_F(TransfersTest, APullStartsRunsFailsAndComesBack) {
  add_pull("cctv/front", "test://admin:hunter2@10.0.0.5/1").options = {{"passphrase", "hunter2"}};
  plan_.pulls[0].rank = 10;
  begin();
  ASSERT_EQ(protocol_.carried.size(), 1u);
  auto& request = protocol_.last().request;
  EXPECT_TRUE(protocol_.last().pull);
  EXPECT_EQ(request.stream.text(), "cctv/front");
  EXPECT_EQ(request.url.password, "hunter2");
  EXPECT_EQ(request.rank, 10);
  EXPECT_EQ(state(), TransferState::kConnecting);
  request.on_running();
  TransferReport row = report().pulls.at(0);
  EXPECT_EQ(row.state, TransferState::kRunning);
  EXPECT_EQ(row.facts.peer, "10.0.0.5:554");
  EXPECT_EQ(row.url.find("hunter2"), std::string::npos) << row.url;
  EXPECT_EQ(row.options.at("passphrase"), "***");

  request.on_ended({base::Code::kClosed, "the camera hung up", {}});
  EXPECT_EQ(protocol_.under_way(), 0u);
  row = report().pulls.at(0);
  EXPECT_EQ(row.state, TransferState::kWaiting);
  EXPECT_NE(row.error.find("the camera hung up"), std::string::npos);
  ASSERT_TRUE(row.next_try.has_value());
  EXPECT_LE(*row.next_try - clock_.wall(), 1s);
  pass(1s);
  EXPECT_EQ(protocol_.carried.size(), 2u);
  EXPECT_NE(protocol_.carried.front()->request.session, protocol_.last().request.session);
}

TEST_F(TransfersTest, AnAttemptWithoutMediaIsGivenUpAndTriedAgain) {
  add_pull("cctv/front");
  begin();
  pass(plan_.retry.connect_timeout);
  EXPECT_EQ(state(), TransferState::kWaiting);
  EXPECT_EQ(protocol_.under_way(), 0u);
  // What it says too late is dropped.
  protocol_.last().request.on_running();
  protocol_.last().request.on_ended({});
  EXPECT_EQ(state(), TransferState::kWaiting);
  pass(1s);
  EXPECT_EQ(state(), TransferState::kConnecting);
}

TEST_F(TransfersTest, AReloadTouchesWhatChangedOnly) {
  add_pull("cctv/a");
  add_pull("cctv/b");
  add_pull("cctv/c").enabled = false;
  begin();
  ASSERT_EQ(protocol_.carried.size(), 2u);
  plan_.pulls[1].url = "test://10.0.0.6/other";
  plan_.pulls[2].enabled = true;
  transfers_->reload(plan_);
  settle();
  EXPECT_EQ(protocol_.carried.size(), 4u);
  EXPECT_EQ(protocol_.under_way(), 3u);
  EXPECT_FALSE(protocol_.carried.front()->gone);
  plan_.pulls.clear();
  transfers_->reload(plan_);
  settle();
  EXPECT_EQ(protocol_.under_way(), 0u);
  EXPECT_TRUE(report().pulls.empty());
}

// --- on demand

TEST_F(TransfersTest, AViewerStartsAStreamAndTheLastOneEndsIt) {
  add_pull("cctv/front").on_demand = true;
  plan_.pulls[0].idle_timeout = 5s;
  begin();
  pass(1min);
  EXPECT_TRUE(protocol_.carried.empty());
  EXPECT_EQ(state(), TransferState::kIdle);

  auto answer = watch("cctv/front");
  ASSERT_EQ(protocol_.carried.size(), 1u);
  EXPECT_EQ(*answer, "");  // it waits, though it asked for no wait
  come_on_air(protocol_.last());
  EXPECT_EQ(*answer, "reader");
  watch("cctv/front");
  ASSERT_EQ(readers_.size(), 2u);
  readers_.pop_back();
  pass(1min);
  EXPECT_EQ(state(), TransferState::kRunning);

  readers_.clear();
  pass(4800ms);
  EXPECT_EQ(state(), TransferState::kRunning);
  pass(300ms);
  EXPECT_EQ(state(), TransferState::kIdle);
  EXPECT_EQ(protocol_.under_way(), 0u);
}

TEST_F(TransfersTest, AViewerWhoComesWhileItLingersKeepsIt) {
  add_pull("cctv/front").on_demand = true;
  begin();
  watch("cctv/front");
  come_on_air(protocol_.last());
  readers_.clear();
  pass(5s);
  watch("cctv/front");
  pass(1min);
  EXPECT_EQ(state(), TransferState::kRunning);
  EXPECT_EQ(protocol_.carried.size(), 1u);
}

TEST_F(TransfersTest, AViewerOfAStreamThatWaitsForItsPublisherStartsItAgain) {
  add_pull("cctv/front").on_demand = true;
  plan_.pulls[0].idle_timeout = 1s;
  begin();
  watch("cctv/front");
  come_on_air(protocol_.last());
  readers_.clear();
  pass(10s);
  ASSERT_EQ(state(), TransferState::kIdle);
  publishers_.clear();  // the hub still has the stream for a while
  settle();
  EXPECT_EQ(*watch("cctv/front"), "reader");
  EXPECT_EQ(state(), TransferState::kConnecting);
}

TEST_F(TransfersTest, AViewerWaitsNoLongerThanItIsWorth) {
  add_pull("cctv/front").on_demand = true;
  begin();
  auto answer = watch("cctv/front");
  pass(plan_.start_wait - 100ms);
  EXPECT_EQ(*answer, "");
  pass(200ms);
  EXPECT_EQ(*answer, "not_found: no such stream");
  EXPECT_EQ(*watch("cctv/unknown"), "not_found: no such stream");
}

TEST_F(TransfersTest, WhoOnlyFollowsNeitherStartsNorKeepsAStream) {
  add_pull("cctv/front").on_demand = true;
  plan_.pulls[0].idle_timeout = 1s;
  begin();
  watch("cctv/front", hub::Interest::kFollows);
  EXPECT_TRUE(protocol_.carried.empty());
  watch("cctv/front");
  come_on_air(protocol_.last());
  ASSERT_EQ(readers_.size(), 1u);
  watch("cctv/front", hub::Interest::kFollows);
  readers_.erase(readers_.begin());
  pass(10s);
  EXPECT_EQ(state(), TransferState::kIdle);
}

TEST_F(TransfersTest, ViewersWithoutAReaderOfTheirOwnCount) {
  add_pull("cctv/front").on_demand = true;
  plan_.pulls[0].idle_timeout = 1s;
  begin();
  watch("cctv/front", hub::Interest::kBegins);
  ASSERT_EQ(protocol_.carried.size(), 1u);
  come_on_air(protocol_.last());
  auto name = *hub::StreamName::parse("cctv/front");
  directory_.set_viewers(name, "hls", 2);
  pass(1min);
  EXPECT_EQ(state(), TransferState::kRunning);
  directory_.set_viewers(name, "hls", 0);
  pass(2s);
  EXPECT_EQ(state(), TransferState::kIdle);
}

TEST_F(TransfersTest, WhoAwaitsAStreamStartsItAndLearnsItsTracks) {
  add_pull("cctv/front").on_demand = true;
  begin();
  std::optional<std::vector<hub::StreamFacts>> seen;
  directory_.await(*hub::StreamName::parse("cctv/front"), loop_,
                   [&](std::vector<hub::StreamFacts> facts) { seen = std::move(facts); });
  settle();
  ASSERT_EQ(protocol_.carried.size(), 1u);
  EXPECT_FALSE(seen);
  come_on_air(protocol_.last());
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->at(0).tracks.size(), 1u);
  // In vain, for one that nobody starts: at once.
  seen.reset();
  directory_.await(*hub::StreamName::parse("cctv/none"), loop_,
                   [&](std::vector<hub::StreamFacts> facts) { seen = std::move(facts); });
  settle();
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->empty());
}

TEST_F(TransfersTest, BothRanksOfANameStartForAViewer) {
  add_pull("cctv/front").on_demand = true;
  add_pull("cctv/front", "test://10.0.0.6/backup").on_demand = true;
  plan_.pulls[1].rank = 10;
  begin();
  watch("cctv/front");
  ASSERT_EQ(protocol_.carried.size(), 2u);
  EXPECT_EQ(protocol_.carried.front()->request.rank, 0);
  EXPECT_EQ(protocol_.last().request.rank, 10);
}

TEST_F(TransfersTest, AThousandOnDemandCostNothingUntilWatched) {
  for (int i = 0; i < 1000; ++i) add_pull("cctv/" + std::to_string(i)).on_demand = true;
  begin();
  size_t timers = loop_.timers_held();
  EXPECT_LT(timers, 10u);
  EXPECT_TRUE(protocol_.carried.empty());
  watch("cctv/777");
  EXPECT_EQ(protocol_.carried.size(), 1u);
}

// --- templates

TEST_F(TransfersTest, ATemplateFetchesWhatItsNamesSay) {
  add_pull("cctv/{id}", "test://10.0.0.{id}/1");
  plan_.templates_streams_max = 2;
  begin();
  EXPECT_EQ(*watch("cctv/a.b"), "not_found: no such stream");
  auto answer = watch("cctv/7");
  ASSERT_EQ(protocol_.carried.size(), 1u);
  EXPECT_EQ(protocol_.last().request.url.host, "10.0.0.7");
  watch("cctv/7");
  EXPECT_EQ(protocol_.carried.size(), 1u);
  watch("cctv/8");
  EXPECT_EQ(*watch("cctv/9"), "not_found: no such stream");  // no place
  EXPECT_EQ(report().pulls.size(), 3u);
  // Nobody came to watch them after all: their places are free again.
  pass(1min);
  EXPECT_EQ(protocol_.under_way(), 0u);
  EXPECT_EQ(report().pulls.size(), 1u);
  watch("cctv/9");
  EXPECT_EQ(protocol_.under_way(), 1u);
}

TEST_F(TransfersTest, AnExactNameComesBeforeATemplate) {
  add_pull("cctv/{id}", "test://10.0.0.{id}/1");
  add_pull("cctv/7", "test://10.0.1.7/own").on_demand = true;
  begin();
  watch("cctv/7");
  ASSERT_EQ(protocol_.carried.size(), 1u);
  EXPECT_EQ(protocol_.last().request.url.host, "10.0.1.7");
}

TEST_F(TransfersTest, ATemplateThatGoesTakesItsStreamsWithIt) {
  add_pull("cctv/{id}", "test://10.0.0.{id}/1");
  begin();
  watch("cctv/7");
  plan_.pulls.clear();
  transfers_->reload(plan_);
  settle();
  EXPECT_EQ(protocol_.under_way(), 0u);
  EXPECT_TRUE(report().pulls.empty());
}

TEST_F(TransfersTest, MetricsCountByState) {
  add_pull("cctv/a");
  add_pull("cctv/b").on_demand = true;
  begin();
  auto value = [&](const std::string& name, const std::string& label) {
    for (const base::Metric& metric : transfers_->metrics()) {
      if (metric.name == name && (label.empty() || metric.labels.at(0).second == label)) return metric.value;
    }
    return -1.0;
  };
  EXPECT_EQ(value("eyas_pulls", "connecting"), 1);
  EXPECT_EQ(value("eyas_pulls", "idle"), 1);
  EXPECT_EQ(value("eyas_pulls_attempts_total", ""), 1);
  pass(plan_.retry.connect_timeout);
  EXPECT_EQ(value("eyas_pulls_timeouts_total", ""), 1);
  EXPECT_EQ(value("eyas_pulls", "connecting"), 0);
}

}  // namespace
}  // namespace eyas::sources
