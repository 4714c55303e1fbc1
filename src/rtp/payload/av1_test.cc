#include <gtest/gtest.h>

#include "codec/fixtures.h"
#include "rtp/payload/test_packets.h"

namespace eyas::rtp {
namespace {

using namespace codec::fixtures;
using media::Codec;
using test::hex;
using test::packet;
using test::push;

// kAv1SvtKey's OBUs without their sizes: the sequence header and the frame.
const std::string kSequence = "08 000000043cfeccfbf90040";
const std::string kFrame = "30 10008740804104100000 8097d71c110108bf1ceef0d2e0";
// The frame as kAv1SvtKey has it: 23 bytes behind its size.
const std::string kFrameBody = "10008740804104100000 8097d71c110108bf1ceef0d2e0";

TEST(Av1Packetizer, PutsSmallObusTogether) {
  auto packetizer = make_packetizer(Codec::kAv1);
  auto packets = test::packets_of(*packetizer, test::frame(nullptr, slice(kAv1SvtKey), true), 1200, 7);
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(hex(packets[0].payload), hex(base::from_hex("28 0c" + kSequence + kFrame)));  // W 2, N
  EXPECT_TRUE(packets[0].marker);
}

TEST(Av1Packetizer, TakesTheSequenceHeaderFromTheRecord) {
  auto packetizer = make_packetizer(Codec::kAv1);
  auto frame = test::frame(test::track(Codec::kAv1, kAv1Svt), slice("32 02 1000"), true);
  auto packets = test::packets_of(*packetizer, frame, 1200, 7);
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(hex(packets[0].payload), hex(base::from_hex("28 0c 08 000000043cfecc02f80040 30 1000")));
  frame.key = false;
  packets = test::packets_of(*packetizer, frame, 1200, 7);
  EXPECT_EQ(hex(packets[0].payload), "10301000");  // W 1
}

TEST(Av1Packetizer, FillsThePacketWithTheBeginningOfTheNextObu) {
  auto packetizer = make_packetizer(Codec::kAv1);
  base::ByteWriter unit;
  unit.bytes(slice("0a0b 000000043cfeccfbf90040 3264"));
  unit.bytes(std::vector<uint8_t>(100, 9));
  auto packets = test::packets_of(*packetizer, test::frame(nullptr, base::Slice(unit.take()), true), 64, 7);
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(hex(base::Bytes(packets[0].payload).first(16)),
            hex(base::from_hex("68 0c" + kSequence + "30 09")));
  EXPECT_EQ(packets[0].payload.size(), 64u);
  EXPECT_EQ(packets[1].payload.size(), 1u + 101 - 50);
}

TEST(Av1Packetizer, SizesMoreThanThreeObus) {
  auto packetizer = make_packetizer(Codec::kAv1);
  auto frame = test::frame(nullptr, slice("3202 1001 3202 1002 3202 1003 3202 1004"), false);
  auto packets = test::packets_of(*packetizer, frame, 64, 7);
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(hex(packets[0].payload), hex(base::from_hex("00 03301001 03301002 03301003 03301004")));
}

TEST(Av1Packetizer, SplitsALargeObu) {
  auto packetizer = make_packetizer(Codec::kAv1);
  base::ByteWriter unit;
  unit.u8(0x36);  // frame, with extension and size
  unit.u8(0x20);
  unit.u8(0xC6), unit.u8(0x01);  // 198
  unit.bytes(std::vector<uint8_t>(198, 9));
  auto packets = test::packets_of(*packetizer, test::frame(nullptr, base::Slice(unit.take()), false), 101, 7);
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(hex(base::Bytes(packets[0].payload).first(4)), "50342009");  // Y, W 1; header without size
  EXPECT_EQ(hex(base::Bytes(packets[1].payload).first(2)), "9009");      // Z, W 1
  EXPECT_EQ(packets[0].payload.size(), 101u);
  EXPECT_EQ(packets[1].payload.size(), 101u);
}

TEST(Av1Packetizer, APacketMayEndInsideAnObusHeader) {
  auto packetizer = make_packetizer(Codec::kAv1);
  base::ByteWriter unit;
  unit.bytes(slice("3261"));  // 97: with its header and size it leaves one byte
  unit.bytes(std::vector<uint8_t>(97, 9));
  unit.bytes(slice("36200a"));  // with extension
  unit.bytes(std::vector<uint8_t>(10, 8));
  auto packets = test::packets_of(*packetizer, test::frame(nullptr, base::Slice(unit.take()), false), 101, 7);
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[0].payload.size(), 101u);
  EXPECT_EQ(packets[0].payload.back(), 0x34);
  EXPECT_EQ(hex(packets[1].payload), "9020" + std::string("08080808080808080808"));
}

TEST(Av1Depacketizer, ReadsCountedAndSizedElements) {
  for (const std::string& packed : {"08 0c" + kSequence + "18" + kFrame, "28 0c" + kSequence + kFrame,
                                    // With a temporal delimiter, and OBU sizes left in.
                                    "38 01 10 0d 0a0b 000000043cfeccfbf90040 3217" + kFrameBody}) {
    auto depacketizer = test::depacketizer(Codec::kAv1);
    auto units = push(*depacketizer, {packet(packed, 1, true)});
    ASSERT_EQ(units.size(), 1u) << packed;
    EXPECT_TRUE(units[0].key);
    EXPECT_EQ(hex(units[0].payload), hex(slice(kAv1SvtKey)));
    ASSERT_TRUE(units[0].config);
    EXPECT_EQ(units[0].config->width, 320u);
    EXPECT_FALSE(units[0].config->record.empty());
  }
}

TEST(Av1Depacketizer, JoinsFragments) {
  auto depacketizer = test::depacketizer(Codec::kAv1);
  auto units =
      push(*depacketizer, {packet("68 0c" + kSequence + "30 1000", 1, false), packet("d0 87408041", 1, false),
                           packet("90 04100000 8097d71c110108bf1ceef0d2e0", 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), hex(slice(kAv1SvtKey)));
}

TEST(Av1Depacketizer, AHoleMakesTheUnitDamaged) {
  auto depacketizer = test::depacketizer(Codec::kAv1);
  push(*depacketizer, {packet("28 0c" + kSequence + kFrame, 1, true)});
  auto units = push(*depacketizer, {packet("90 aabb", 2, true, true),  // the fragment's start is lost
                                    packet("50 30aa", 3, true),        // it never ends
                                    packet("50 30aa", 4, false), packet("10 30aa", 4, true),  // Y, then no Z
                                    packet("10 20aa", 5, true, true),  // a tile group cannot be first
                                    packet("00 0530", 6, true),        // an element runs out of the packet
                                    packet("10" + kFrame, 8, true, true),  // its sequence header may be lost
                                    packet("10 30 10", 7, true)});
  ASSERT_EQ(units.size(), 7u);
  for (size_t i = 0; i < 6; ++i) EXPECT_TRUE(units[i].damaged) << i;
  EXPECT_FALSE(units[6].damaged);
}

TEST(Av1Depacketizer, AUnitIsBounded) {
  DepacketizerConfig config;
  config.codec = Codec::kAv1;
  config.unit_bytes_max = 100;
  auto depacketizer = *make_depacketizer(config);
  const std::string bytes(160, '1');
  auto units = push(*depacketizer, {packet("50 30" + bytes, 1, false), packet("90" + bytes, 1, true),
                                    packet("28 0c" + kSequence + kFrame, 2, true)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_TRUE(units[0].damaged);
  EXPECT_FALSE(units[1].damaged);
}

}  // namespace
}  // namespace eyas::rtp
