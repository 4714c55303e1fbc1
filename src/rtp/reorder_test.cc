#include "rtp/reorder.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace eyas::rtp {
namespace {

using base::MonoTime;
using std::chrono::milliseconds;

constexpr MonoTime kStart{std::chrono::hours(1)};

struct Line final : Reorder::Sink {
  void on_packet(const PacketView& packet, bool lost_before, MonoTime) override {
    if (lost_before) text += "x";
    text += std::to_string(packet.sequence) + " ";
    sequences.push_back(packet.sequence);
    last_payload.assign(packet.payload.begin(), packet.payload.end());
    last_extension.assign(packet.extension_block.begin(), packet.extension_block.end());
    holes += lost_before;
  }
  std::string text;
  std::vector<uint16_t> sequences;
  std::vector<uint8_t> last_payload;
  std::vector<uint8_t> last_extension;
  int holes = 0;
};

PacketView packet_of(uint16_t sequence, base::Bytes payload = {}) {
  PacketView packet;
  packet.sequence = sequence;
  packet.payload = payload;
  return packet;
}

class ReorderTest : public testing::Test {
 protected:
  void push(std::initializer_list<int> sequences, MonoTime now = kStart) {
    for (int sequence : sequences) reorder_.push(packet_of(static_cast<uint16_t>(sequence)), now);
  }
  std::vector<uint16_t> missing(MonoTime now) {
    std::vector<uint16_t> out;
    reorder_.take_missing(now, out);
    return out;
  }

  Line line_;
  Reorder reorder_{line_};
};

TEST_F(ReorderTest, BeforeTheFirstPacketNothingIsMissing) {
  reorder_.on_tick(kStart);
  EXPECT_FALSE(reorder_.next_deadline());
  EXPECT_TRUE(missing(kStart).empty());
  EXPECT_EQ(reorder_.highest_sequence(), 0u);
}

TEST_F(ReorderTest, PutsPacketsInOrderAcrossTheWrap) {
  push({65533, 65535, 65534, 1, 0, 2});
  EXPECT_EQ(line_.text, "65533 65534 65535 0 1 2 ");
  EXPECT_EQ(reorder_.counters().reordered, 2u);
  EXPECT_EQ(reorder_.highest_sequence(), 65538u);
  EXPECT_FALSE(reorder_.next_deadline());
}

TEST_F(ReorderTest, HeldPacketsKeepTheirBytes) {
  push({1});
  {
    std::vector<uint8_t> payload = {7, 8, 9};
    std::vector<uint8_t> extension = {1, 2, 3, 4};
    PacketView packet = packet_of(3, payload);
    packet.extension_block = extension;
    reorder_.push(packet, kStart);
    payload.assign(3, 0);
    extension.assign(4, 0);
  }
  push({2});
  EXPECT_EQ(line_.text, "1 2 3 ");
  EXPECT_EQ(line_.last_payload, (std::vector<uint8_t>{7, 8, 9}));
  EXPECT_EQ(line_.last_extension, (std::vector<uint8_t>{1, 2, 3, 4}));
}

TEST_F(ReorderTest, DropsDuplicates) {
  push({1, 1, 3, 3, 2, 3, 2, 4});
  EXPECT_EQ(line_.text, "1 2 3 4 ");
  EXPECT_EQ(reorder_.counters().strays, 4u);
}

TEST_F(ReorderTest, GivesUpInTime) {
  ReorderOptions options;
  push({1, 3});
  MonoTime deadline = kStart + options.wait_max;
  EXPECT_EQ(reorder_.next_deadline(), deadline);
  reorder_.on_tick(deadline - milliseconds(1));
  EXPECT_EQ(line_.text, "1 ");
  reorder_.on_tick(deadline);
  EXPECT_EQ(line_.text, "1 x3 ");
  EXPECT_EQ(reorder_.counters().lost, 1u);
  push({2, 4}, deadline);  // too late
  EXPECT_EQ(line_.text, "1 x3 4 ");
}

TEST_F(ReorderTest, EachHoleHasItsOwnDeadline) {
  ReorderOptions options;
  push({1, 3});
  push({5}, kStart + milliseconds(100));
  reorder_.on_tick(kStart + options.wait_max);
  EXPECT_EQ(line_.text, "1 x3 ");
  EXPECT_EQ(reorder_.next_deadline(), kStart + milliseconds(100) + options.wait_max);
}

TEST_F(ReorderTest, AsksForWhatIsMissingAgainAndAgainButNotForEver) {
  ReorderOptions options;
  push({1, 4, 6});
  EXPECT_TRUE(missing(kStart).empty());  // it may be disorder only
  MonoTime now = kStart + options.nack_delay;
  EXPECT_EQ(missing(now), (std::vector<uint16_t>{2, 3, 5}));
  EXPECT_TRUE(missing(now + options.nack_interval - milliseconds(1)).empty());
  now += options.nack_interval;
  EXPECT_EQ(missing(now), (std::vector<uint16_t>{2, 3, 5}));
  // The answer to the first NACK took 80 ms: that is how long the others may take.
  now = kStart + options.nack_delay + milliseconds(80);
  push({3}, now);
  EXPECT_EQ(reorder_.round_trip(), milliseconds(80));
  EXPECT_TRUE(missing(kStart + options.nack_delay + options.nack_interval + milliseconds(79)).empty());
  now = kStart + options.nack_delay + options.nack_interval;
  for (unsigned i = 2; i < options.nack_attempts_max; ++i) {
    now += milliseconds(80);
    EXPECT_EQ(missing(now).size(), 2u);
  }
  EXPECT_TRUE(missing(now + std::chrono::seconds(9)).empty());
}

TEST_F(ReorderTest, HoldsABoundedNumberOfPackets) {
  Reorder reorder(line_, {.packets_max = 4});
  for (int sequence : {1, 3, 4, 5}) reorder.push(packet_of(static_cast<uint16_t>(sequence)), kStart);
  EXPECT_EQ(line_.text, "1 ");
  reorder.push(packet_of(6), kStart);  // 2 to 6 are five
  EXPECT_EQ(line_.text, "1 x3 4 5 6 ");
}

TEST_F(ReorderTest, HoldsABoundedNumberOfBytes) {
  Reorder reorder(line_, {.bytes_max = 1000});
  std::vector<uint8_t> payload(600);
  reorder.push(packet_of(1), kStart);
  reorder.push(packet_of(3, payload), kStart);
  EXPECT_EQ(line_.text, "1 ");
  reorder.push(packet_of(5, payload), kStart);
  EXPECT_EQ(line_.text, "1 x3 ");
  reorder.push(packet_of(4), kStart);
  EXPECT_EQ(line_.text, "1 x3 4 5 ");
}

TEST_F(ReorderTest, ALongOutageIsOneHole) {
  push({1, 2, 3000, 3001});
  EXPECT_EQ(line_.text, "1 2 x3000 3001 ");
  EXPECT_EQ(reorder_.counters().lost, 2997u);
}

TEST_F(ReorderTest, ASenderThatStartsAgainElsewhereIsFollowed) {
  push({40000, 40001, 9});
  EXPECT_EQ(line_.text, "40000 40001 ");  // one stray packet proves nothing
  push({40002, 500, 501, 502});
  EXPECT_EQ(line_.text, "40000 40001 40002 x501 502 ");
  EXPECT_EQ(reorder_.counters().restarts, 1u);
  push({20000, 20001, 20002});
  EXPECT_EQ(line_.text, "40000 40001 40002 x501 502 x20001 20002 ");
}

// Whatever the network does: what comes out ascends, nothing comes twice, every hole is marked, and without
// loss everything comes.
TEST(ReorderSimulation, KeepsItsPromises) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    unsigned loss = random() % 3 == 0 ? 0 : random() % 30;
    unsigned jitter_ms = random() % 120;
    auto first = static_cast<uint16_t>(random());
    std::multimap<MonoTime, uint16_t> network;
    std::set<uint16_t> sent;
    for (int i = 0; i < 3000; ++i) {
      auto sequence = static_cast<uint16_t>(first + i);
      if (i > 0 && random() % 100 < loss) continue;
      sent.insert(sequence);
      MonoTime at = kStart + i * milliseconds(1) +
                    (i == 0 ? milliseconds(0) : milliseconds(random() % (jitter_ms + 1)));
      network.emplace(at, sequence);
      if (random() % 50 == 0) network.emplace(at + milliseconds(random() % 60), sequence);
    }
    Line line;
    Reorder reorder(line);
    MonoTime now = kStart;
    for (auto [at, sequence] : network) {
      for (; now < at; now += milliseconds(10)) reorder.on_tick(now);
      reorder.push(packet_of(sequence), at);
    }
    reorder.on_tick(now + std::chrono::seconds(2));
    ASSERT_FALSE(line.sequences.empty());
    int gaps = 0;
    for (size_t i = 1; i < line.sequences.size(); ++i) {
      int step = distance(line.sequences[i - 1], line.sequences[i]);
      ASSERT_GT(step, 0);
      gaps += step > 1;
    }
    EXPECT_EQ(gaps, line.holes);
    EXPECT_EQ(line.sequences.size(), sent.size());
    if (loss == 0) {
      EXPECT_EQ(line.holes, 0);
    }
    EXPECT_FALSE(reorder.next_deadline());
  }
}

}  // namespace
}  // namespace eyas::rtp
