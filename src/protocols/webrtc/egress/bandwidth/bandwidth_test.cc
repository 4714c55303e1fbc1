#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "protocols/webrtc/egress/bandwidth/estimator.h"

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;
using base::Duration;
using base::MonoTime;

constexpr MonoTime kStart{1h};

rtp::TransportFeedback feedback(uint16_t base, std::vector<std::optional<Duration>> arrivals) {
  rtp::TransportFeedback made;
  made.base_sequence = base;
  made.arrivals = std::move(arrivals);
  return made;
}

TEST(SentPackets, TellsWhenAndHowMuchAcrossTheWrap) {
  SentPackets sent(65534);
  for (int i = 0; i < 4; ++i) sent.add(kStart + i * 1ms, static_cast<size_t>(100 + i), 7);
  EXPECT_EQ(sent.next(), 2);
  std::vector<PacketResult> results;
  sent.take(feedback(65535, {5ms, std::nullopt, 6ms}), kStart + 50ms, results);
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].sent, kStart + 1ms);
  EXPECT_EQ(results[0].bytes, 101);
  EXPECT_EQ(results[0].probe, 7);
  EXPECT_FALSE(results[1].arrival);
  EXPECT_EQ(results[2].bytes, 103);
  EXPECT_FALSE(results[2].repairs_as);
  sent.add(kStart + 5ms, 100, 0, 4711);
  results.clear();
  sent.take(feedback(2, {std::nullopt}), kStart + 60ms, results);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].repairs_as, 4711);
}

TEST(SentPackets, APacketIsTakenOnceAndALateOneIsMended) {
  SentPackets sent(0);
  for (int i = 0; i < 3; ++i) sent.add(kStart, 100, 0);
  std::vector<PacketResult> results;
  sent.take(feedback(0, {1ms, std::nullopt, 3ms}), kStart + 50ms, results);
  results.clear();
  sent.take(feedback(0, {1ms, 2ms, 3ms}), kStart + 100ms, results);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_TRUE(results[0].had_lost);
}

TEST(SentPackets, WhatALostFeedbackWouldHaveToldOfIsNamedOnce) {
  SentPackets sent(0);
  for (uint16_t i = 0; i < 6; ++i) sent.add(kStart + i * 1ms, 100, 0, static_cast<uint16_t>(100 + i));
  std::vector<PacketResult> results;
  EXPECT_TRUE(sent.take(feedback(0, {1ms, 2ms}), kStart + 50ms, results).empty());
  EXPECT_EQ(sent.take(feedback(4, {5ms}), kStart + 100ms, results), (std::vector<uint16_t>{102, 103}));
  EXPECT_EQ(results.size(), 3u);
  EXPECT_TRUE(sent.take(feedback(5, {6ms}), kStart + 150ms, results).empty());
  // It was only late: what it tells counts.
  results.clear();
  EXPECT_TRUE(sent.take(feedback(2, {3ms, std::nullopt}), kStart + 151ms, results).empty());
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[1].repairs_as, 103);
}

TEST(SentPackets, WhatWasNeverSentIsPassedOver) {
  SentPackets sent(10);
  sent.add(kStart, 100, 0);
  std::vector<PacketResult> results;
  sent.take(feedback(5, std::vector<std::optional<Duration>>(20, 1ms)), kStart, results);
  EXPECT_EQ(results.size(), 1u);
  sent.take(feedback(40'000, {1ms}), kStart, results);
  EXPECT_EQ(results.size(), 1u);
}

TEST(SentPackets, StaysSmallWhileReportsComeAndBoundedWhenTheyDoNot) {
  SentPackets heard(0);
  SentPackets unheard(0);
  std::vector<PacketResult> results;
  MonoTime now = kStart;
  for (int i = 0; i < 100'000; ++i, now += 1ms) {
    uint16_t number = heard.next();
    heard.add(now, 1000, 0);
    heard.take(feedback(number, {Duration(now.time_since_epoch())}), now, results);
    results.clear();
    unheard.add(now, 1000, 0);
    ASSERT_LE(heard.capacity(), SentPackets::kCapacityMin);
    ASSERT_LE(unheard.capacity(), SentPackets::kCapacityMax);
  }
  EXPECT_FALSE(heard.oldest_unreported());
  EXPECT_TRUE(unheard.oldest_unreported());
}

// A path with a queue in front of a link, on the viewer's clock.
class Link {
 public:
  explicit Link(uint64_t bps) : bps_(bps) {}
  void set_bps(uint64_t bps) { bps_ = bps; }
  Duration arrival(MonoTime sent, size_t bytes) {
    free_ = std::max(free_, sent) + Duration(static_cast<int64_t>(bytes * 8 * 1'000'000'000 / bps_));
    return free_.time_since_epoch() + 77s;
  }

 private:
  uint64_t bps_;
  MonoTime free_;
};

TEST(DelayTrend, ASteadyPathIsNormal) {
  DelayTrend trend;
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    MonoTime sent = kStart + i * 10ms;
    trend.on_packet(sent, sent.time_since_epoch() + Duration(random() % 3'000'000));
    ASSERT_NE(trend.signal(), PathSignal::kOveruse) << i;
  }
  EXPECT_LE(trend.queueing(), 3ms);
}

TEST(DelayTrend, AGrowingQueueIsOveruseAndADrainingOneIsNot) {
  DelayTrend trend;
  Link link(800'000);
  MonoTime sent = kStart;
  bool over = false;
  for (int i = 0; i < 100; ++i, sent += 10ms) {  // 1,200 bytes each 10 ms: 960 kbit/s
    trend.on_packet(sent, link.arrival(sent, 1200));
    over |= trend.signal() == PathSignal::kOveruse;
  }
  EXPECT_TRUE(over);
  EXPECT_GE(trend.queueing(), 150ms);
  bool under = false;
  for (int i = 0; i < 100; ++i, sent += 20ms) {
    trend.on_packet(sent, link.arrival(sent, 1200));
    under |= trend.signal() == PathSignal::kUnderuse;
  }
  EXPECT_TRUE(under);
  EXPECT_NE(trend.signal(), PathSignal::kOveruse);
}

TEST(DelayTrend, AViewersClockThatJumpsIsABeginningAndNotAQueue) {
  DelayTrend trend;
  for (int i = 0; i < 100; ++i) {
    MonoTime sent = kStart + i * 10ms;
    trend.on_packet(sent, sent.time_since_epoch() + (i < 50 ? 0s : 100s));
    ASSERT_EQ(trend.signal(), PathSignal::kNormal);
  }
}

TEST(ReceivedRate, MeanAndPeak) {
  ReceivedRate rate;
  EXPECT_FALSE(rate.bits_per_second());
  for (int i = 0; i < 200; ++i) rate.add(i * 10ms, 1250);  // 1 Mbit/s
  EXPECT_NEAR(static_cast<double>(*rate.bits_per_second()), 1e6, 1e4);
  // A pause, then as fast as the path carries.
  for (int i = 0; i < 200; ++i) rate.add(2300ms + i * 1ms, 1250);
  EXPECT_NEAR(static_cast<double>(*rate.peak_bits_per_second()), 1e7, 1e5);
  EXPECT_LT(*rate.bits_per_second(), 6'000'000u);
}

TEST(Probe, ToldByAPathThatKeepsUpAndByOneThatDoesNot) {
  for (uint64_t bps : {20'000'000u, 1'500'000u}) {
    Link link(bps);
    Probe probe(1, 3'000'000, kStart);
    std::vector<std::pair<MonoTime, size_t>> sent;
    for (MonoTime now = kStart; probe.sending(); now = probe.next_at()) {
      probe.on_sent(1200);
      sent.emplace_back(now, 1200);
    }
    EXPECT_LE(sent.size(), 8u);
    EXPECT_FALSE(probe.over(kStart + 100ms));
    for (auto [at, bytes] : sent) probe.on_result(at, link.arrival(at, bytes), bytes);
    EXPECT_TRUE(probe.over(kStart + 100ms));
    ASSERT_TRUE(probe.carried_bps());
    EXPECT_NEAR(static_cast<double>(*probe.carried_bps()), std::min<double>(3e6, 0.95 * bps), 1e5);
  }
}

TEST(Probe, OneThatIsLostTellsNothing) {
  Probe probe(1, 3'000'000, kStart);
  MonoTime now = kStart;
  for (int i = 0; probe.sending(); ++i, now = probe.next_at()) {
    probe.on_sent(1200);
    probe.on_result(now, i % 2 == 0 ? std::nullopt : std::optional<Duration>(now.time_since_epoch()), 1200);
  }
  EXPECT_FALSE(probe.carried_bps());
  EXPECT_TRUE(probe.over(kStart + Probe::kSpan + Probe::kReportMax + 1ms));
}

// Sends a constant rate over a link and reports every 50 ms, as viewers do.
class Loop {
 public:
  explicit Loop(uint64_t link_bps) : link_(link_bps) {}
  void run(Duration span, uint64_t bps, double loss = 0) {
    Duration gap(static_cast<int64_t>(1200ull * 8 * 1'000'000'000 / bps));
    for (MonoTime end = now_ + span; now_ < end; now_ += gap) {
      bool lost = static_cast<double>(random_() % 1000) < loss * 1000;
      PacketResult result;
      result.sent = now_;
      result.bytes = 1200;
      if (!lost) result.arrival = link_.arrival(now_, 1200);
      waiting_.push_back(result);
      if (now_ - reported_ < 50ms) continue;
      reported_ = now_;
      std::vector<PacketResult> told;
      while (!waiting_.empty() &&
             (!waiting_.front().arrival || *waiting_.front().arrival - 77s <= now_.time_since_epoch())) {
        told.push_back(waiting_.front());
        waiting_.pop_front();
      }
      estimator.on_feedback(told, now_);
    }
  }
  MonoTime now() const { return now_; }
  Link& link() { return link_; }

  BandwidthEstimator estimator;

 private:
  Link link_;
  MonoTime now_ = kStart;
  MonoTime reported_ = kStart;
  std::deque<PacketResult> waiting_;
  std::mt19937 random_{7};
};

TEST(BandwidthEstimator, APathWithoutCongestionHasNoLimit) {
  Loop loop(100'000'000);
  EXPECT_EQ(loop.estimator.bps(), 0u);
  loop.run(10s, 2'000'000);
  EXPECT_EQ(loop.estimator.limit_bps(), 0u);
  EXPECT_NEAR(static_cast<double>(loop.estimator.bps()), 3e6, 2e5);  // 1.5 times what came
}

TEST(BandwidthEstimator, AFullPathIsMeasuredWithinASecond) {
  Loop loop(100'000'000);
  loop.run(3s, 2'000'000);
  loop.link().set_bps(1'200'000);
  loop.run(1s, 2'000'000);
  EXPECT_NEAR(static_cast<double>(loop.estimator.limit_bps()), 1.05e6, 0.2e6);
  EXPECT_TRUE(loop.estimator.congested_within(1s, loop.now()));
}

TEST(BandwidthEstimator, FivePercentRandomLossIsNoCongestionAndThirtyIs) {
  Loop loop(100'000'000);
  loop.run(10s, 2'000'000, 0.05);
  EXPECT_EQ(loop.estimator.limit_bps(), 0u);
  EXPECT_NEAR(loop.estimator.loss(), 0.05, 0.04);
  loop.run(3s, 2'000'000, 0.3);
  EXPECT_GT(loop.estimator.limit_bps(), 0u);
  EXPECT_LT(loop.estimator.limit_bps(), 2'500'000u);
}

TEST(BandwidthEstimator, AProbeLiftsTheLimitWhenThePathIsWholeAgain) {
  Loop loop(1'200'000);
  loop.run(5s, 2'000'000);
  loop.link().set_bps(50'000'000);
  loop.run(3s, 500'000);
  uint64_t before = loop.estimator.limit_bps();
  ASSERT_LT(before, 1'500'000u);
  Probe* probe = loop.estimator.begin_probe(2'600'000, loop.now());
  ASSERT_NE(probe, nullptr);
  std::vector<PacketResult> results;
  MonoTime at = loop.now();
  for (; probe->sending(); at = probe->next_at()) {
    probe->on_sent(1200);
    results.push_back({at, loop.link().arrival(at, 1200), 1200, probe->id(), {}, false});
  }
  EXPECT_EQ(loop.estimator.begin_probe(1, loop.now()), nullptr);  // one at a time
  loop.estimator.on_feedback(results, at + 30ms);
  EXPECT_GT(loop.estimator.limit_bps(), 2'300'000u);
}

TEST(BandwidthEstimator, TheViewersOwnEstimateCountsWhereThereIsNoFeedback) {
  BandwidthEstimator old_viewer;
  old_viewer.on_remb(800'000);
  EXPECT_EQ(old_viewer.limit_bps(), 800'000u);
  old_viewer.on_report(0.4, 2'000'000, kStart);
  EXPECT_LE(old_viewer.limit_bps(), 800'000u);
  Loop loop(100'000'000);
  loop.estimator.on_remb(800'000);
  loop.run(2s, 2'000'000);
  EXPECT_EQ(loop.estimator.limit_bps(), 0u);
}

TEST(BandwidthEstimator, LossInReportsLimitsAViewerWithoutFeedback) {
  BandwidthEstimator estimator;
  for (int i = 0; i < 3; ++i) estimator.on_report(0.04, 2'000'000, kStart + i * 1s);
  EXPECT_EQ(estimator.limit_bps(), 0u);
  for (int i = 3; i < 6; ++i) estimator.on_report(0.4, 2'000'000, kStart + i * 1s);
  EXPECT_GT(estimator.limit_bps(), 0u);
  EXPECT_LT(estimator.limit_bps(), 1'800'000u);
}

}  // namespace
}  // namespace eyas::webrtc
