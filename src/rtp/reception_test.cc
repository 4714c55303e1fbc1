#include "rtp/reception.h"

#include <gtest/gtest.h>

namespace eyas::rtp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::MonoTime kStart{std::chrono::hours(1)};

PacketView packet_of(uint16_t sequence, uint32_t timestamp) {
  PacketView packet;
  packet.sequence = sequence;
  packet.timestamp = timestamp;
  return packet;
}

TEST(Reception, CountsLossPerIntervalAndInAll) {
  Reception reception(90000);
  EXPECT_FALSE(reception.active());
  for (int i = 0; i < 100; ++i) {
    if (i % 4 != 3) reception.on_packet(packet_of(static_cast<uint16_t>(65500 + i), 0), kStart);
  }
  ReportBlock block = reception.block(9, kStart);
  EXPECT_EQ(block.ssrc, 9u);
  EXPECT_EQ(block.cumulative_lost, 24);  // the last one is not known to be sent
  EXPECT_EQ(block.fraction_lost, 24 * 256 / 99);
  EXPECT_EQ(block.highest_sequence, 65500u + 98);
  for (int i = 100; i < 200; ++i) reception.on_packet(packet_of(static_cast<uint16_t>(65500 + i), 0), kStart);
  block = reception.block(9, kStart);
  EXPECT_EQ(block.fraction_lost, 1 * 256 / 101);
  EXPECT_EQ(block.cumulative_lost, 25);
}

TEST(Reception, DuplicatesMakeLossNegativeButNoFraction) {
  Reception reception(90000);
  for (int i = 0; i < 10; ++i) {
    reception.on_packet(packet_of(static_cast<uint16_t>(i), 0), kStart);
    reception.on_packet(packet_of(static_cast<uint16_t>(i), 0), kStart);
  }
  EXPECT_EQ(reception.block(1, kStart).cumulative_lost, -10);
  EXPECT_EQ(reception.block(1, kStart).fraction_lost, 0);
}

TEST(Reception, JitterIsThatOfThePictures) {
  Reception steady(90000);
  Reception uneven(90000);
  for (int i = 0; i < 400; ++i) {
    auto at = kStart + milliseconds(20) * i;
    uint32_t timestamp = 0xFFFF0000 + static_cast<uint32_t>(i) * 1800;
    for (int part = 0; part < 2; ++part) {
      auto sequence = static_cast<uint16_t>(2 * i + part);
      steady.on_packet(packet_of(sequence, timestamp), at + milliseconds(5 * part));
      uneven.on_packet(packet_of(sequence, timestamp), at + milliseconds(i % 2 * 4));
    }
  }
  EXPECT_LE(steady.block(1, kStart).jitter, 1u);
  EXPECT_NEAR(uneven.block(1, kStart).jitter, 360, 10);  // 4 ms each time
}

TEST(Reception, TellsTheSenderHowToMeasureTheRoundTrip) {
  Reception reception(90000);
  reception.on_packet(packet_of(1, 0), kStart);
  EXPECT_EQ(reception.block(1, kStart).last_sr, 0u);
  SenderReport report;
  report.ntp.fixed = 0x0102030405060708;
  reception.on_sender_report(report, kStart);
  ReportBlock block = reception.block(1, kStart + milliseconds(500));
  EXPECT_EQ(block.last_sr, 0x03040506u);
  EXPECT_EQ(block.delay_since_last_sr, 0x8000u);
}

TEST(Reception, ASenderThatStartsAgainIsCountedAnew) {
  Reception reception(90000);
  for (uint16_t i = 0; i < 10; ++i) reception.on_packet(packet_of(i, 0), kStart);
  for (uint16_t i = 20000; i < 20010; ++i) reception.on_packet(packet_of(i, 0), kStart);
  EXPECT_EQ(reception.block(1, kStart).cumulative_lost, 0);
}

}  // namespace
}  // namespace eyas::rtp
