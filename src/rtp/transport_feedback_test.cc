#include "rtp/transport_feedback.h"

#include <gtest/gtest.h>

#include <random>

#include "rtp/rtcp.h"

namespace eyas::rtp {
namespace {

using base::Duration;
using base::from_hex;
using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(TransportFeedback, ReadsRunsAndVectors) {
  auto bytes = from_hex(
      "8f cd 0008 00000001 00000002"
      "fffe 0012"      // base sequence, 18 statuses
      "000002 07"      // reference 128 ms, feedback 7
      "2002"           // run: 2 small deltas
      "9000"           // 14 one-bit symbols: not, received at index 1, ...
      "e000"           // 7 two-bit symbols: a large delta, 6 missing; only 2 count
      "04 08 02 fffc"  // deltas: 1 ms, 2 ms, 0.5 ms, -1 ms
      "00000000000000");
  auto feedback = parse_transport_feedback(bytes);
  ASSERT_TRUE(feedback.ok());
  EXPECT_EQ(feedback->sender_ssrc, 1u);
  EXPECT_EQ(feedback->media_ssrc, 2u);
  EXPECT_EQ(feedback->base_sequence, 0xFFFE);
  EXPECT_EQ(feedback->feedback_count, 7);
  ASSERT_EQ(feedback->arrivals.size(), 18u);
  EXPECT_EQ(*feedback->arrivals[0], milliseconds(129));
  EXPECT_EQ(*feedback->arrivals[1], milliseconds(131));
  EXPECT_FALSE(feedback->arrivals[2]);
  EXPECT_EQ(*feedback->arrivals[3], microseconds(131'500));
  for (size_t i = 4; i < 16; ++i) EXPECT_FALSE(feedback->arrivals[i]);
  EXPECT_EQ(*feedback->arrivals[16], microseconds(130'500));
  EXPECT_FALSE(feedback->arrivals[17]);
}

TEST(TransportFeedback, RefusesWhatIsBroken) {
  auto early = from_hex("8fcd 0005 00000001 00000002 0000 0002 000000 00 2002 0400");
  EXPECT_TRUE(parse_transport_feedback(early).ok());
  auto short_deltas = from_hex("8fcd 0005 00000001 00000002 0000 0003 000000 00 2003 0400");
  EXPECT_EQ(parse_transport_feedback(short_deltas).error().code, base::Code::kMalformed);
  auto too_many = from_hex("8fcd 0005 00000001 00000002 0000 2001 000000 00 1fff 1fff");
  EXPECT_EQ(parse_transport_feedback(too_many).error().code, base::Code::kLimit);
}

TEST(TransportFeedback, WritesWhatItReads) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    TransportFeedback feedback;
    feedback.base_sequence = static_cast<uint16_t>(random());
    feedback.feedback_count = static_cast<uint8_t>(random());
    auto at = milliseconds(random() % 100'000'000);
    Duration arrival = at;
    size_t count = random() % 300 + 1;
    unsigned loss = random() % 100;
    for (size_t i = 0; i < count; ++i) {
      arrival +=
          microseconds(250) * (random() % 50 == 0 ? static_cast<int>(random() % 4000) - 1000 : random() % 80);
      bool lost = i > 0 && random() % 100 < loss;
      feedback.arrivals.push_back(lost ? std::nullopt : std::optional<Duration>(arrival));
    }
    std::vector<uint8_t> out;
    append_transport_feedback(out, feedback);
    ASSERT_EQ(out.size() % 4, 0u);
    auto read = parse_transport_feedback(out);
    ASSERT_TRUE(read.ok()) << "seed " << seed;
    EXPECT_EQ(read->base_sequence, feedback.base_sequence);
    EXPECT_EQ(read->feedback_count, feedback.feedback_count);
    EXPECT_EQ(read->arrivals, feedback.arrivals) << "seed " << seed;
  }
}

class Collect final : public RtcpVisitor {
 public:
  void on_transport_feedback(const TransportFeedback& feedback) override { all.push_back(feedback); }
  std::vector<TransportFeedback> all;
};

std::vector<TransportFeedback> written(Arrivals& arrivals, size_t* bytes = nullptr) {
  std::vector<uint8_t> out;
  arrivals.write(out, 1, 2);
  if (bytes != nullptr) *bytes = out.size();
  Collect collect;
  EXPECT_TRUE(parse_compound(out, collect).ok());
  return collect.all;
}

constexpr base::MonoTime kStart{std::chrono::hours(100)};

TEST(Arrivals, TellsOfLossAcrossReports) {
  Arrivals arrivals;
  arrivals.on_packet(65534, kStart);
  arrivals.on_packet(65535, kStart + milliseconds(1));
  auto first = written(arrivals);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].base_sequence, 65534);
  EXPECT_EQ(first[0].arrivals.size(), 2u);
  EXPECT_TRUE(arrivals.empty());
  EXPECT_TRUE(written(arrivals).empty());

  arrivals.on_packet(2, kStart + milliseconds(5));  // 0 and 1 are missing
  auto second = written(arrivals);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].base_sequence, 0);
  EXPECT_EQ(second[0].feedback_count, 1);
  ASSERT_EQ(second[0].arrivals.size(), 3u);
  EXPECT_FALSE(second[0].arrivals[0]);
  EXPECT_FALSE(second[0].arrivals[1]);
  EXPECT_TRUE(second[0].arrivals[2]);

  arrivals.on_packet(1, kStart + milliseconds(6));  // late
  auto third = written(arrivals);
  ASSERT_EQ(third.size(), 1u);
  EXPECT_EQ(third[0].base_sequence, 1);
  EXPECT_EQ(third[0].arrivals.size(), 1u);
  arrivals.on_packet(3, kStart + milliseconds(7));
  EXPECT_EQ(written(arrivals)[0].base_sequence, 3);
}

TEST(Arrivals, SplitsWhatDoesNotFitADatagram) {
  Arrivals arrivals;
  for (int i = 0; i < 1000; ++i) arrivals.on_packet(static_cast<uint16_t>(i), kStart + i * milliseconds(100));
  auto reports = written(arrivals);
  size_t packets = 0;
  for (const auto& report : reports) packets += report.arrivals.size();
  EXPECT_EQ(packets, 1000u);
  EXPECT_GE(reports.size(), 3u);
}

TEST(Arrivals, SplitsAtALongPause) {
  Arrivals arrivals;
  arrivals.on_packet(1, kStart);
  arrivals.on_packet(2, kStart + std::chrono::seconds(20));
  auto reports = written(arrivals);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[1].base_sequence, 2);
}

TEST(Arrivals, ForgetsWhatIsFarBehind) {
  Arrivals arrivals;
  for (int i = 0; i < 20'000; ++i) arrivals.on_packet(static_cast<uint16_t>(i), kStart);
  size_t packets = 0;
  for (const auto& report : written(arrivals)) packets += report.arrivals.size();
  EXPECT_EQ(packets, kFeedbackPacketsMax + 1);
}

}  // namespace
}  // namespace eyas::rtp
