// MPEG audio [RFC 2250] and AC-3 [RFC 4184]: the same there and back, several in a packet, over packets.
#include <gtest/gtest.h>

#include "codec/ac3/ac3.h"
#include "codec/fixtures.h"
#include "codec/mp3/mp3.h"
#include "rtp/payload/test_packets.h"

namespace eyas::rtp {
namespace {

using namespace codec::fixtures;
using media::Codec;
using test::hex;
using test::packet;
using test::push;

// A whole frame that begins with this header.
std::vector<uint8_t> frame_of(const std::string& header, size_t size) {
  std::vector<uint8_t> frame = base::from_hex(header);
  frame.resize(size, 0x55);
  return frame;
}

struct Row {
  Codec codec;
  std::string header;
  size_t bytes;
  uint32_t clock_rate;
  uint32_t ticks;
};
const Row kRows[] = {
    {Codec::kMp3, kMp3Stereo, 417, 90000, 2351},  // 128 kbit/s, 44.1 kHz, 1152 samples
    {Codec::kMp3, "fffda404", 576, 90000, 2160},  // layer 2, 192 kbit/s, 48 kHz
    {Codec::kAc3, kAc3, 1792, 48000, 1536},       // 448 kbit/s
};

std::unique_ptr<Depacketizer> depacketizer_of(const Row& row) {
  DepacketizerConfig config;
  config.codec = row.codec;
  config.clock_rate = row.clock_rate;
  return *make_depacketizer(config);
}

TEST(FramedAudio, GoesThereAndBackWholeAndSplit) {
  for (const Row& row : kRows) {
    std::vector<uint8_t> frame = frame_of(row.header, row.bytes);
    for (size_t max_payload : {100u, 1200u, 2000u}) {
      auto packets = test::packets_of(*make_packetizer(row.codec),
                                      test::frame(nullptr, base::Slice(frame), true), max_payload, 77);
      ASSERT_FALSE(packets.empty());
      for (const auto& packet : packets) EXPECT_LE(packet.payload.size(), max_payload);
      auto units = push(*depacketizer_of(row), packets);
      ASSERT_EQ(units.size(), 1u) << row.header << " " << max_payload;
      EXPECT_EQ(hex(units[0].payload), hex(frame));
      EXPECT_EQ(units[0].timestamp, 77u);
      ASSERT_TRUE(units[0].config);
      EXPECT_EQ(units[0].config->codec, row.codec);
      EXPECT_NE(units[0].config->sample_rate, 0u);
    }
  }
}

TEST(FramedAudio, FramesOfOnePacketHaveTheirOwnTimes) {
  for (const Row& row : kRows) {
    std::vector<uint8_t> payload = base::from_hex(row.codec == Codec::kMp3 ? "00000000" : "0002");
    for (int i = 0; i < 2; ++i) {
      std::vector<uint8_t> frame = frame_of(row.header, row.bytes);
      payload.insert(payload.end(), frame.begin(), frame.end());
    }
    auto units = push(*depacketizer_of(row), {{payload, 1000, true, false}});
    ASSERT_EQ(units.size(), 2u) << row.header;
    EXPECT_EQ(units[1].timestamp, 1000 + row.ticks);
    EXPECT_FALSE(units[1].config);
  }
}

TEST(FramedAudio, AHoleDropsTheFrameAndIsTold) {
  for (const Row& row : kRows) {
    base::Slice frame(frame_of(row.header, row.bytes));
    auto packets = test::packets_of(*make_packetizer(row.codec), test::frame(nullptr, frame, true), 150, 0);
    packets.erase(packets.begin() + 1);
    packets[1].lost_before = true;
    auto whole = test::packets_of(*make_packetizer(row.codec), test::frame(nullptr, frame, true), 2000, 9);
    packets.insert(packets.end(), whole.begin(), whole.end());
    auto units = push(*depacketizer_of(row), packets);
    ASSERT_EQ(units.size(), 1u) << row.header;
    EXPECT_EQ(units[0].timestamp, 9u);
    EXPECT_TRUE(units[0].after_loss);
  }
}

TEST(FramedAudio, ANewConfigurationIsTold) {
  auto depacketizer = depacketizer_of(kRows[0]);
  std::vector<uint8_t> other = base::from_hex("00000000" + kMp3Mono22);
  other.resize(4 + codec::mp3::parse(base::from_hex(kMp3Mono22))->bytes);
  std::vector<uint8_t> first = base::from_hex("00000000" + kMp3Stereo);
  first.resize(4 + 417);
  auto units =
      push(*depacketizer, {{first, 0, false, false}, {other, 1, false, false}, {other, 2, false, false}});
  ASSERT_EQ(units.size(), 3u);
  EXPECT_EQ(units[0].config->channels, 2);
  EXPECT_EQ(units[1].config->channels, 1);
  EXPECT_FALSE(units[2].config);
}

TEST(FramedAudio, WhatIsBrokenIsPassedOver) {
  for (const char* hex :
       {"", "00", "00000000", "00000000 1234", "0000 0010 aabb", "00000000 fffb0064aabb", "00000000 fffb"})
    EXPECT_TRUE(push(*depacketizer_of(kRows[0]), {packet(hex, 1, true)}).empty()) << hex;
  for (const char* hex : {"", "00", "0001", "0001 0b77", "0302 aabb", "0102 1234"})
    EXPECT_TRUE(push(*depacketizer_of(kRows[2]), {packet(hex, 1, true)}).empty()) << hex;
}

TEST(FramedAudio, FrameSizes) {
  EXPECT_EQ(codec::mp3::parse(base::from_hex("fffb9264"))->bytes, 418u);  // padded
  EXPECT_EQ(codec::mp3::parse(base::from_hex("ffff1800"))->bytes, 48u);   // layer 1: 32 kbit/s, 32 kHz
  EXPECT_EQ(codec::mp3::parse(base::from_hex("fffb0064"))->bytes, 0u);    // free
  EXPECT_EQ(codec::ac3::frame_bytes(base::from_hex("0b770000 40 40 4300")), 138u);  // 44.1 kHz, 32 kbit/s
  EXPECT_EQ(codec::ac3::frame_bytes(base::from_hex("0b770000 41 40 4300")), 140u);
  EXPECT_EQ(codec::ac3::frame_bytes(base::from_hex("0b770000 26 40 4300")), 0u);  // no such size code
}

}  // namespace
}  // namespace eyas::rtp
