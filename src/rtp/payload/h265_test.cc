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

// AP of the three sets: type 48, layer 0, TID 1.
const std::string kApSets = "6001 0018" + kVpsMain + "002b" + kSpsMain + "0007" + kPpsMain;
const std::string kIdrUnit = "2801af08593620f92ad5f365";
const std::string kPUnit = "0201d0195f8431840da7fa9d";

TEST(H265Packetizer, SetsGoBeforeAKeyFrameInOneAggregationPacket) {
  auto packetizer = make_packetizer(Codec::kH265);
  auto frame = test::frame(test::track(Codec::kH265, kHevcMain), slice(kIdrMain), true);
  auto packets = test::packets_of(*packetizer, frame, 1200, 7);
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(hex(packets[0].payload), hex(base::from_hex(kApSets + "000c" + kIdrUnit)));
}

TEST(H265Packetizer, SplitsALargeUnit) {
  auto packetizer = make_packetizer(Codec::kH265);
  std::vector<uint8_t> unit = base::from_hex("000000c9 2601");
  unit.resize(4 + 201, 0x55);
  auto frame = test::frame(nullptr, base::Slice(unit), false);
  auto packets = test::packets_of(*packetizer, frame, 103, 7);
  ASSERT_EQ(packets.size(), 2u);
  // Type 49, layer and TID of the unit; S or E and type 19.
  EXPECT_EQ(hex(base::Bytes(packets[0].payload).first(4)), "62019355");
  EXPECT_EQ(hex(base::Bytes(packets[1].payload).first(4)), "62015355");
  EXPECT_EQ(packets[0].payload.size(), 103u);
  EXPECT_EQ(packets[1].payload.size(), 3u + 99);
}

TEST(H265Depacketizer, ReadsAggregationFragmentsAndSingleUnits) {
  auto depacketizer = test::depacketizer(Codec::kH265);
  auto units = push(*depacketizer, {packet(kApSets, 1, false), packet("6201 94 af08593620f9", 1, false),
                                    packet("6201 54 2ad5f365", 1, true), packet(kPUnit, 2, true)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_TRUE(units[0].key);
  EXPECT_EQ(hex(units[0].payload), hex(slice(kIdrMain)));
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->width, 320u);
  EXPECT_EQ(units[0].config->rfc6381, "hvc1.1.6.L60.90");
  EXPECT_FALSE(units[1].key);
  EXPECT_EQ(hex(units[1].payload), hex(slice(kPMain)));
}

TEST(H265Depacketizer, TakesSetsFromSdp) {
  auto depacketizer = test::depacketizer(
      Codec::kH265, {{"sprop-vps", "QAEMAf//AWAAAAMAkAAAAwAAAwA8lZAJ"},
                     {"sprop-sps", "QgEBAWAAAAMAkAAAAwAAAwA8oAoIC59WVkkkyvAWgIAAAAMACAAAAwDwQA=="},
                     {"sprop-pps", "RAHBcrRiQA=="}});
  auto units = push(*depacketizer, {packet(kIdrUnit, 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_TRUE(units[0].config);
}

TEST(H265Depacketizer, AHoleMakesTheUnitDamaged) {
  auto depacketizer = test::depacketizer(Codec::kH265);
  push(*depacketizer, {packet(kApSets, 1, false), packet(kIdrUnit, 1, true)});
  auto units = push(*depacketizer, {packet("6201 41 0102", 2, true),     // fragment without its start
                                    packet("0201 5019", 3, true, true),  // not the first slice segment
                                    packet("6401 0102", 4, true),        // PACI
                                    packet("62", 5, true), packet("6201", 6, true), packet(kPUnit, 7, true)});
  ASSERT_EQ(units.size(), 6u);
  for (size_t i = 0; i < 5; ++i) EXPECT_TRUE(units[i].damaged) << i;
  EXPECT_FALSE(units[5].damaged);
}

TEST(H265Depacketizer, DropsWhatIsNoNalUnit) {
  auto depacketizer = test::depacketizer(Codec::kH265);
  push(*depacketizer, {packet(kApSets, 1, false), packet(kIdrUnit, 1, true)});
  // An aggregation packet and filler data inside an aggregation packet.
  auto units =
      push(*depacketizer, {packet("6001 0004 6001aabb 0003 4c01ff", 2, false), packet(kPUnit, 2, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), hex(slice(kPMain)));
}

TEST(H265Depacketizer, RefusesDecodingOrderNumbers) {
  DepacketizerConfig config;
  config.codec = Codec::kH265;
  config.fmtp["sprop-max-don-diff"] = "2";
  EXPECT_EQ(make_depacketizer(config).error().code, base::Code::kUnsupported);
  config.fmtp["sprop-max-don-diff"] = "0";
  EXPECT_TRUE(make_depacketizer(config).ok());
}

}  // namespace
}  // namespace eyas::rtp
