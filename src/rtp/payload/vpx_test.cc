// VP8 and VP9.
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

TEST(Vp8Packetizer, CountsPictures) {
  auto packetizer = make_packetizer(Codec::kVp8);
  auto first = test::packets_of(
      *packetizer, test::frame(nullptr, base::Slice(std::vector<uint8_t>(150, 7)), false), 104, 7);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(hex(base::Bytes(first[0].payload).first(5)), "9080800007");  // X S, I, M and picture id 0
  EXPECT_EQ(hex(base::Bytes(first[1].payload).first(5)), "8080800007");
  EXPECT_EQ(first[0].payload.size(), 104u);
  EXPECT_TRUE(first[1].marker);
  auto second = test::packets_of(*packetizer, test::frame(nullptr, slice("01"), false), 104, 7);
  EXPECT_EQ(hex(second[0].payload), "9080800101");
}

TEST(Vp8Depacketizer, ReadsEveryFormOfTheDescriptor) {
  auto depacketizer = test::depacketizer(Codec::kVp8);
  auto units = push(*depacketizer, {packet("10" + kVp8Key, 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_TRUE(units[0].key);
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->width, 320u);
  EXPECT_EQ(units[0].config->height, 180u);
  for (const char* descriptor :
       {"10", "9000", "908005", "90808005", "90c0800509", "90f080050940", "901040", "30"}) {
    units = push(*depacketizer, {packet(descriptor + kVp8Inter, 2, true)});
    ASSERT_EQ(units.size(), 1u) << descriptor;
    EXPECT_EQ(hex(units[0].payload), kVp8Inter) << descriptor;
    EXPECT_FALSE(units[0].key);
  }
}

TEST(Vp8Depacketizer, PartitionsBelongToOneFrame) {
  auto depacketizer = test::depacketizer(Codec::kVp8);
  auto units = push(*depacketizer,
                    {packet("10" + kVp8Key, 1, false), packet("00 aa", 1, false), packet("11 bb", 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), kVp8Key + "aabb");
}

TEST(Vp8Depacketizer, AHoleMakesTheUnitDamaged) {
  auto depacketizer = test::depacketizer(Codec::kVp8);
  push(*depacketizer, {packet("10" + kVp8Key, 1, true)});
  auto units = push(*depacketizer, {packet("00 aa", 2, true, true), packet("10 b1", 3, false),
                                    packet("00 aa", 3, true, true), packet("90", 4, true),
                                    packet("10" + kVp8Inter, 5, true)});
  ASSERT_EQ(units.size(), 4u);
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(units[i].damaged) << i;
  EXPECT_FALSE(units[3].damaged);
}

TEST(Vp8Depacketizer, BeforeTheFirstKeyFrameThereIsNothingToShow) {
  auto units = push(*test::depacketizer(Codec::kVp8), {packet("10" + kVp8Inter, 5, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_TRUE(units[0].damaged);
}

TEST(Vp9Packetizer, PutsThePictureSizeBeforeAKeyFrame) {
  auto packetizer = make_packetizer(Codec::kVp9);
  std::vector<uint8_t> payload = base::from_hex(kVp9Key);
  payload.resize(200, 3);
  auto packets = test::packets_of(*packetizer, test::frame(nullptr, base::Slice(payload), true), 103, 7);
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(hex(base::Bytes(packets[0].payload).first(8)),
            "8a80001001"
            "4000b4");  // I B V; SS with Y, 320x180
  EXPECT_EQ(hex(base::Bytes(packets[1].payload).first(3)), "808000");
  EXPECT_EQ(hex(base::Bytes(packets[2].payload).first(3)), "848000");  // E
  EXPECT_EQ(packets[0].payload.size(), 103u);
  packets = test::packets_of(*packetizer, test::frame(nullptr, slice(kVp9Inter), false), 103, 7);
  EXPECT_EQ(hex(packets[0].payload), "cc8001" + kVp9Inter);  // I P B E
}

TEST(Vp9Depacketizer, ReadsEveryFormOfTheDescriptor) {
  auto depacketizer = test::depacketizer(Codec::kVp9);
  auto units = push(*depacketizer, {packet("8e8001 10 0140 00b4" + kVp9Key, 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_TRUE(units[0].key);
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->width, 320u);
  // None; short and long picture ids; layers with and without TL0PICIDX; references.
  for (const char* descriptor : {"0c", "8c05", "8c8005", "2c0009", "3c00", "5c02", "5c0302"}) {
    units = push(*depacketizer, {packet(descriptor + kVp9Inter, 2, true)});
    ASSERT_EQ(units.size(), 1u) << descriptor;
    EXPECT_EQ(hex(units[0].payload), kVp9Inter) << descriptor;
  }
}

TEST(Vp9Depacketizer, SkipsTheWholeStructure) {
  auto depacketizer = test::depacketizer(Codec::kVp9);
  push(*depacketizer, {packet("0e 10 0140 00b4" + kVp9Key, 1, true)});
  // N_S 1, Y, G: two sizes; two pictures, one with a reference and one with two.
  auto units =
      push(*depacketizer, {packet("0e 38 0140 00b4 0280 0168 02 04 01 08 01 02" + kVp9Inter, 2, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), kVp9Inter);
}

TEST(Vp9Depacketizer, AHoleMakesTheUnitDamaged) {
  auto depacketizer = test::depacketizer(Codec::kVp9);
  push(*depacketizer, {packet("0c" + kVp9Key, 1, true)});
  auto units = push(*depacketizer, {packet("04 aa", 2, true, true), packet("08 86", 3, false),
                                    packet("04 aa", 3, true, true), packet("8e", 4, true),
                                    packet("0c" + kVp9Inter, 5, true)});
  ASSERT_EQ(units.size(), 4u);
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(units[i].damaged) << i;
  EXPECT_FALSE(units[3].damaged);
}

}  // namespace
}  // namespace eyas::rtp
