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

const std::string kStapSets = "78 001a" + kSpsHigh + "0006" + kPpsHigh;  // STAP-A, NRI 3
const std::string kIdrUnit = "6588840033fffef6ecbe07cd";
const std::string kPUnit = "419a236c42fffe8cb0000fb8";
const std::string kSecondSlice =
    "4140"
    "0102030405";  // first_mb_in_slice is not 0

std::vector<uint8_t> big_unit(const std::string& head, size_t size) {
  std::vector<uint8_t> unit = base::from_hex(head);
  for (size_t i = unit.size(); i < size; ++i) unit.push_back(static_cast<uint8_t>(i * 7 + 1));
  return unit;
}

base::Slice prefixed(std::initializer_list<std::vector<uint8_t>> units) {
  base::ByteWriter out;
  for (const auto& unit : units) {
    out.u32(static_cast<uint32_t>(unit.size()));
    out.bytes(unit);
  }
  return base::Slice(out.take());
}

TEST(H264Packetizer, SetsGoBeforeAKeyFrameInOneStapA) {
  auto packetizer = make_packetizer(Codec::kH264);
  auto frame = test::frame(test::track(Codec::kH264, kAvcHigh), slice(kIdrHigh), true);
  auto packets = test::packets_of(*packetizer, frame, 1200, 7);
  ASSERT_EQ(packets.size(), 1u);  // the short IDR fits too
  EXPECT_EQ(hex(packets[0].payload), hex(base::from_hex(kStapSets + "000c" + kIdrUnit)));
  EXPECT_TRUE(packets[0].marker);
  EXPECT_EQ(packets[0].timestamp, 7u);
}

TEST(H264Packetizer, SetsThatComeWithTheFrameAreNotDoubled) {
  auto packetizer = make_packetizer(Codec::kH264);
  auto payload = prefixed({base::from_hex(kSpsHigh), base::from_hex(kPpsHigh), base::from_hex(kIdrUnit)});
  auto frame = test::frame(test::track(Codec::kH264, kAvcHigh), payload, true);
  auto packets = test::packets_of(*packetizer, frame, 1200, 7);
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(hex(packets[0].payload), hex(base::from_hex(kStapSets + "000c" + kIdrUnit)));
}

TEST(H264Packetizer, SplitsALargeUnitIntoFuAOfOneSize) {
  auto packetizer = make_packetizer(Codec::kH264);
  auto frame = test::frame(test::track(Codec::kH264, kAvcHigh), prefixed({big_unit("419a", 301)}), false);
  auto packets = test::packets_of(*packetizer, frame, 102, 7);
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(hex(base::Bytes(packets[0].payload).first(3)), "5c819a");  // FU indicator NRI 2, S and type 1
  EXPECT_EQ(hex(base::Bytes(packets[1].payload).first(2)), "5c01");
  EXPECT_EQ(hex(base::Bytes(packets[2].payload).first(2)), "5c41");
  for (const auto& one : packets) EXPECT_EQ(one.payload.size(), 102u);
  EXPECT_FALSE(packets[1].marker);
  EXPECT_TRUE(packets[2].marker);
}

TEST(H264Packetizer, NothingComesOfAnEmptyOrBrokenFrame) {
  auto packetizer = make_packetizer(Codec::kH264);
  auto track = test::track(Codec::kH264, kAvcHigh);
  EXPECT_TRUE(packetizer->packetize(test::frame(track, {}, false), 1200).packets.empty());
  EXPECT_TRUE(packetizer->packetize(test::frame(track, slice("0000000c 41"), false), 1200).packets.empty());
}

TEST(H264Depacketizer, TakesSetsOutOfBandIntoTheRecord) {
  auto depacketizer = test::depacketizer(Codec::kH264);
  auto units = push(*depacketizer, {packet(kStapSets, 1, false), packet(kIdrUnit, 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_TRUE(units[0].key);
  EXPECT_FALSE(units[0].damaged);
  EXPECT_EQ(hex(units[0].payload), hex(slice(kIdrHigh)));
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->width, 320u);
  EXPECT_EQ(units[0].config->rfc6381, "avc1.64000d");
  // Said once; said again when it changes.
  units = push(*depacketizer, {packet(kStapSets, 2, false), packet(kIdrUnit, 2, true)});
  EXPECT_FALSE(units[0].config);
  const std::string sps = "67640028acb200f0044fcb808800001f480007530478c19240";
  units = push(*depacketizer, {packet(sps, 3, false), packet(kIdrUnit, 3, true)});
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->width, 1920u);
}

TEST(H264Depacketizer, TakesSetsFromSdp) {
  // sprop-parameter-sets of kSpsHigh and kPpsHigh, without padding, with a broken one between.
  auto depacketizer = test::depacketizer(
      Codec::kH264, {{"sprop-parameter-sets", "Z2QADazZQUGfnwEQAAADABAAAAMDwPFCmWA=,*,aOvjyyLA"},
                     {"packetization-mode", "1"}});
  auto units = push(*depacketizer, {packet(kIdrUnit, 1, true)});
  ASSERT_EQ(units.size(), 1u);
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->width, 320u);
}

TEST(H264Depacketizer, AnUnknownConfigurationMakesDamage) {
  auto units = push(*test::depacketizer(Codec::kH264), {packet(kIdrUnit, 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_TRUE(units[0].damaged);
  EXPECT_TRUE(units[0].payload.empty());
}

class H264Units : public testing::Test {
 protected:
  H264Units() : depacketizer_(test::depacketizer(Codec::kH264)) {
    push(*depacketizer_, {packet(kStapSets, 1, false), packet(kIdrUnit, 1, true)});
  }
  std::vector<AccessUnit> take(const std::vector<test::Packet>& packets) {
    return push(*depacketizer_, packets);
  }
  std::unique_ptr<Depacketizer> depacketizer_;
};

TEST_F(H264Units, APictureEndsWithTheTimestampWhereMarkersAreMissing) {
  auto units = take({packet(kPUnit, 2, false), packet(kPUnit, 3, false), packet(kPUnit, 4, false)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(units[0].timestamp, 2u);
  EXPECT_FALSE(units[1].damaged);
}

TEST_F(H264Units, SlicesOfOnePictureStayTogether) {
  auto units = take({packet(kPUnit, 2, false), packet(kSecondSlice, 2, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), hex(base::from_hex("0000000c" + kPUnit + "00000007" + kSecondSlice)));
}

TEST_F(H264Units, ASenderThatMarksEverySliceIsUnderstoodFromTheSecondPictureOn) {
  auto first = take({packet(kPUnit, 2, true), packet(kSecondSlice, 2, true), packet(kPUnit, 3, true)});
  ASSERT_EQ(first.size(), 2u);
  EXPECT_FALSE(first[0].damaged);  // what came was cut short: the rest says so
  EXPECT_TRUE(first[1].damaged);
  auto then = take({packet(kSecondSlice, 3, true), packet(kPUnit, 4, true)});
  ASSERT_EQ(then.size(), 1u);
  EXPECT_FALSE(then[0].damaged);
  EXPECT_EQ(hex(then[0].payload), hex(base::from_hex("0000000c" + kPUnit + "00000007" + kSecondSlice)));
}

TEST_F(H264Units, SetsAndSeiAloneGoWithTheNextPicture) {
  const std::string sei = "0605011180";
  auto units = take(
      {packet(kStapSets, 2, true), packet(sei, 3, true), packet("09f0", 4, false), packet(kPUnit, 4, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(units[0].timestamp, 4u);
  EXPECT_EQ(hex(units[0].payload), hex(base::from_hex("00000005" + sei + "0000000c" + kPUnit)));
}

TEST_F(H264Units, FuAOfOddSendersIsAccepted) {
  const std::string start = "5c81 9a236c42fffe", middle = "5c01 8cb0", end = "5c41 000fb8";
  auto whole = hex(slice(kPHigh));
  // As it should be; E missing; S and E in one; start codes left in; an AUD and filler around it.
  for (const std::vector<test::Packet>& packets : std::vector<std::vector<test::Packet>>{
           {packet(start, 2, false), packet(middle, 2, false), packet(end, 2, true)},
           {packet(start, 2, false), packet(middle, 2, false), packet("5c01 000fb8", 2, true)},
           {packet("5cc1 9a236c42fffe8cb0000fb8", 2, true)},
           {packet("00000001" + kPUnit, 2, true)},
           {packet("000001 09f0 000001" + kPUnit, 2, true)},
           {packet("09f0", 2, false), packet(kPUnit, 2, false), packet("0cffff80", 2, true)}}) {
    auto units = take(packets);
    ASSERT_EQ(units.size(), 1u);
    EXPECT_EQ(hex(units[0].payload), whole);
  }
}

TEST_F(H264Units, AHoleMakesTheUnitDamaged) {
  const std::string start = "5c81 9a236c42fffe", middle = "5c01 8cb0", end = "5c41 000fb8";
  for (const std::vector<test::Packet>& packets : std::vector<std::vector<test::Packet>>{
           {packet(start, 2, false), packet(end, 2, true, true)},   // middle lost
           {packet(middle, 2, false, true), packet(end, 2, true)},  // start lost
           {packet(kSecondSlice, 2, true, true)},                   // first slice lost
           {packet(start, 2, false), packet(middle, 2, false),
            packet("", 2, true, true)},        // end lost, padding
           {packet("78 000c 4142", 2, true)},  // STAP-A breaks off
           {packet("7c", 2, true)},
           {packet("5a 0000 419a", 2, true)}}) {  // FU-A short, MTAP
    auto units = take(packets);
    auto more = take({packet(kPUnit, 3, true)});
    units.insert(units.end(), more.begin(), more.end());
    ASSERT_EQ(units.size(), 2u) << hex(packets[0].payload);
    EXPECT_TRUE(units[0].damaged) << hex(packets[0].payload);
    EXPECT_TRUE(units[0].payload.empty());
    EXPECT_FALSE(units[1].damaged);
  }
}

TEST_F(H264Units, ALostTailAndALostUnitAreTold) {
  auto units = take({packet("5c81 9a23", 2, false), packet(kPUnit, 3, true, true)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_TRUE(units[0].damaged);
  EXPECT_TRUE(units[0].after_loss);
  EXPECT_FALSE(units[1].damaged);
  units = take({packet(kPUnit, 4, true), packet(kPUnit, 6, true, true), packet(kPUnit, 7, true)});
  ASSERT_EQ(units.size(), 3u);
  EXPECT_FALSE(units[0].after_loss);
  EXPECT_TRUE(units[1].after_loss);
  EXPECT_FALSE(units[1].damaged);
  EXPECT_FALSE(units[2].after_loss);
}

TEST_F(H264Units, AKeyFrameWhoseSetsMayBeLostIsDamaged) {
  auto units = take({packet(kIdrUnit, 2, true, true), packet(kIdrUnit, 3, true)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_TRUE(units[0].damaged);
  EXPECT_FALSE(units[1].damaged);
}

TEST(H264Depacketizer, AUnitIsBounded) {
  DepacketizerConfig config;
  config.unit_bytes_max = 1000;
  auto depacketizer = *make_depacketizer(config);
  const std::string half(1000, '5');
  auto units = push(*depacketizer,
                    {packet(kStapSets, 1, false), packet("65" + half, 1, false), packet("65" + half, 1, true),
                     packet(kStapSets, 2, false), packet(kIdrUnit, 2, true)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_TRUE(units[0].damaged);
  EXPECT_FALSE(units[1].damaged);
}

TEST(H264Depacketizer, ParameterSetsAreBounded) {
  // Nine junk sets fill the 64 KiB of one unit: what follows them is passed over, but not the picture.
  const std::string large = "67640028acb200f0044fcb808800001f480007530478c19240";
  auto width_behind = [&](size_t junk) {
    auto depacketizer = test::depacketizer(Codec::kH264);
    std::vector<test::Packet> packets = {packet(kStapSets, 1, false)};
    for (size_t i = 0; i < junk; ++i) packets.push_back({big_unit("67ff", 7272), 1, false, false});
    packets.push_back(packet(large, 1, false));
    packets.push_back(packet(kIdrUnit, 1, true));
    auto units = push(*depacketizer, packets);
    return units.size() == 1 && units[0].config ? units[0].config->width : 0;
  };
  EXPECT_EQ(width_behind(1), 1920u);
  EXPECT_EQ(width_behind(9), 320u);
}

TEST(H264Depacketizer, RefusesInterleaving) {
  DepacketizerConfig config;
  config.fmtp["packetization-mode"] = "2";
  EXPECT_EQ(make_depacketizer(config).error().code, base::Code::kUnsupported);
}

}  // namespace
}  // namespace eyas::rtp
