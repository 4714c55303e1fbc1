// Every video codec through packets, a network of many seeds, Reorder and back: what comes out whole is what
// went in, and every hole is told.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "codec/fixtures.h"
#include "rtp/payload/test_packets.h"
#include "rtp/reorder.h"

namespace eyas::rtp {
namespace {

using namespace codec::fixtures;
using base::MonoTime;
using media::Codec;
using std::chrono::milliseconds;

constexpr MonoTime kStart{std::chrono::hours(1)};
constexpr int kFrames = 60;
constexpr int kFramesPerGroup = 15;
constexpr uint32_t kTicks = 3000;

using Bytes = std::vector<uint8_t>;

void append_tail(Bytes& out, std::mt19937& random) {
  size_t size = random() % 8 == 0 ? random() % 20'000 : random() % 1500;
  for (size_t i = 0; i < size; ++i) out.push_back(static_cast<uint8_t>(random()));
}

void append_nal(Bytes& out, const std::string& head, std::mt19937& random) {
  Bytes unit = base::from_hex(head);
  append_tail(unit, random);
  base::ByteWriter length;
  length.u32(static_cast<uint32_t>(unit.size()));
  out.insert(out.end(), length.view().begin(), length.view().end());
  out.insert(out.end(), unit.begin(), unit.end());
}

Bytes nal_frame(bool key, const char* sei, const char* idr, const char* first, const char* second,
                std::mt19937& random) {
  Bytes out;
  if (random() % 2 == 0) append_nal(out, sei, random);
  append_nal(out, key ? idr : first, random);
  if (!key && random() % 3 == 0) append_nal(out, second, random);
  return out;
}

Bytes av1_frame(bool key, std::mt19937& random) {
  Bytes out = base::from_hex(key ? "0a0b 000000043cfeccfbf90040" : "");
  Bytes frame = base::from_hex(key ? "10008740804104100000" : "3002080924922a46");
  append_tail(frame, random);
  out.push_back(0x32);
  for (size_t left = frame.size();; left >>= 7) {
    out.push_back(static_cast<uint8_t>(left >= 0x80 ? left | 0x80 : left));
    if (left < 0x80) break;
  }
  out.insert(out.end(), frame.begin(), frame.end());
  return out;
}

Bytes frame_of(Codec codec, bool key, std::mt19937& random) {
  if (codec == Codec::kH264) return nal_frame(key, "0605", "658884", "419a23", "414001", random);
  if (codec == Codec::kH265) return nal_frame(key, "4e0105", "2801af08", "0201d019", "02015019", random);
  if (codec == Codec::kAv1) return av1_frame(key, random);
  bool vp8 = codec == Codec::kVp8;
  Bytes out = base::from_hex(key ? (vp8 ? kVp8Key : kVp9Key) : (vp8 ? kVp8Inter : kVp9Inter));
  append_tail(out, random);
  return out;
}

std::string record_of(Codec codec) {
  switch (codec) {
    case Codec::kH264:
      return kAvcHigh;
    case Codec::kH265:
      return kHevcMain;
    case Codec::kAv1:
      return kAv1Svt;
    default:
      return "";
  }
}

struct Receiver final : Reorder::Sink {
  explicit Receiver(Codec codec) : depacketizer(test::depacketizer(codec)) {}
  void on_packet(const PacketView& packet, bool lost_before, MonoTime) override {
    depacketizer->push(packet, lost_before, units);
  }
  std::unique_ptr<Depacketizer> depacketizer;
  std::vector<AccessUnit> units;
};

struct Network {
  unsigned loss_percent = 0;
  unsigned jitter_ms = 0;
};

class RoundTrip : public testing::TestWithParam<Codec> {
 protected:
  // Sends kFrames frames through the network; fills sent_ by unwrapped timestamp, and gives what came out.
  std::vector<AccessUnit> send(unsigned seed, Network network) {
    std::mt19937 random(seed);
    auto packetizer = make_packetizer(GetParam());
    auto track = test::track(GetParam(), record_of(GetParam()));
    auto sequence = static_cast<uint16_t>(random());
    start_ = static_cast<uint32_t>(0) - kTicks * (random() % kFrames);  // wraps on the way
    size_t max_payload = 200 + random() % 1200;
    std::multimap<MonoTime, std::pair<uint16_t, test::Packet>> in_flight;
    sent_.clear();
    for (int i = 0; i < kFrames; ++i) {
      bool key = i % kFramesPerGroup == 0;
      sent_.push_back(frame_of(GetParam(), key, random));
      auto frame = test::frame(track, base::Slice::copy_of(base::Bytes(sent_.back())), key);
      for (auto& packet : test::packets_of(*packetizer, frame, max_payload, start_ + kTicks * i)) {
        EXPECT_LE(packet.payload.size(), max_payload);
        bool lost = i > 0 && random() % 100 < network.loss_percent;
        auto delay = milliseconds(i == 0 ? 0 : random() % (network.jitter_ms + 1));
        if (!lost) in_flight.emplace(kStart + milliseconds(33) * i + delay, std::pair{sequence, packet});
        ++sequence;
      }
    }
    Receiver receiver(GetParam());
    Reorder reorder(receiver);
    for (const auto& [at, numbered] : in_flight) {
      PacketView view;
      view.sequence = numbered.first;
      view.payload = numbered.second.payload;
      view.timestamp = numbered.second.timestamp;
      view.marker = numbered.second.marker;
      reorder.push(view, at);
    }
    reorder.on_tick(kStart + std::chrono::hours(1));
    return std::move(receiver.units);
  }

  size_t index_of(const AccessUnit& unit) const { return (unit.timestamp - start_) / kTicks; }

  uint32_t start_ = 0;
  std::vector<Bytes> sent_;
};

TEST_P(RoundTrip, WithoutLossEverythingComesAsItWas) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto units = send(seed, {0, seed % 2 * 20});
    ASSERT_EQ(units.size(), sent_.size());
    EXPECT_TRUE(units[0].config);
    for (size_t i = 0; i < units.size(); ++i) {
      ASSERT_FALSE(units[i].damaged) << i;
      EXPECT_FALSE(units[i].after_loss);
      EXPECT_EQ(units[i].key, i % kFramesPerGroup == 0);
      ASSERT_EQ(index_of(units[i]), i);
      ASSERT_TRUE(std::ranges::equal(units[i].payload.bytes(), sent_[i])) << i;
    }
  }
}

TEST_P(RoundTrip, WithLossNothingFalseComesAndEveryHoleIsTold) {
  size_t whole = 0;
  size_t holes = 0;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto units = send(seed, {1 + seed % 20, seed % 40});
    size_t expected = 0;
    bool hole_told = true;
    for (const AccessUnit& unit : units) {
      hole_told |= unit.damaged || unit.after_loss;
      if (unit.damaged) {
        EXPECT_TRUE(unit.payload.empty());
        ++holes;
        continue;
      }
      size_t index = index_of(unit);
      ASSERT_LT(index, sent_.size());
      // SEI before the first slice may be lost without a picture being so.
      base::Bytes sent = sent_[index];
      if (unit.after_loss && unit.payload.size() < sent.size()) sent = sent.last(unit.payload.size());
      ASSERT_TRUE(std::ranges::equal(unit.payload.bytes(), sent)) << index;
      EXPECT_TRUE(index == expected || hole_told) << index;
      hole_told = false;
      expected = index + 1;
      ++whole;
    }
  }
  EXPECT_GT(whole, 1000u);  // the test saw both
  EXPECT_GT(holes, 100u);
}

INSTANTIATE_TEST_SUITE_P(Codecs, RoundTrip,
                         testing::Values(Codec::kH264, Codec::kH265, Codec::kVp8, Codec::kVp9, Codec::kAv1),
                         [](const auto& info) { return std::string(media::codec_name(info.param)); });

}  // namespace
}  // namespace eyas::rtp
