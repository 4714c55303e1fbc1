// KLV [RFC 6597] and ONVIF's metadata.
#include <gtest/gtest.h>

#include "rtp/payload/test_packets.h"

namespace eyas::rtp {
namespace {

using media::Codec;
using test::hex;
using test::packet;
using test::push;

TEST(DataPayload, GoesThereAndBackInPieces) {
  std::vector<uint8_t> unit = base::from_hex("060e2b34020b01010e01030101000000");
  unit.resize(500, 0x11);
  auto packets =
      test::packets_of(*make_packetizer(Codec::kData), test::frame(nullptr, base::Slice(unit), true), 200, 5);
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_FALSE(packets[1].marker);
  EXPECT_TRUE(packets[2].marker);
  auto units = push(*test::depacketizer(Codec::kData), packets);
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), hex(unit));
  EXPECT_TRUE(units[0].key);
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->codec, Codec::kData);
}

TEST(DataPayload, UnitsWithAHoleAreDropped) {
  auto units = push(*test::depacketizer(Codec::kData),
                    {packet("aa", 1, false), packet("bb", 1, true, true),  // its end came after a hole
                     packet("cc", 2, true),                                // whole
                     packet("dd", 3, true, true),                          // its beginning may be lost
                     packet("060e2b34 01", 4, true, true),                 // begins with a label: whole
                     packet("3c3f786d6c 20", 5, true, true)});             // "<?xml "
  ASSERT_EQ(units.size(), 3u);
  EXPECT_EQ(hex(units[0].payload), "cc");
  EXPECT_TRUE(units[0].after_loss);
  EXPECT_EQ(hex(units[1].payload), "060e2b3401");
  EXPECT_EQ(units[2].timestamp, 5u);
}

TEST(DataPayload, UnderstandsSendersThatNeverMark) {
  auto units = push(*test::depacketizer(Codec::kData), {packet("aa", 1, false), packet("bb", 1, false),
                                                        packet("cc", 2, false), packet("dd", 3, true)});
  ASSERT_EQ(units.size(), 3u);
  EXPECT_EQ(hex(units[0].payload), "aabb");
  EXPECT_EQ(units[0].timestamp, 1u);
  EXPECT_EQ(hex(units[2].payload), "dd");
}

TEST(DataPayload, UnitsAreBounded) {
  DepacketizerConfig config;
  config.codec = Codec::kData;
  config.unit_bytes_max = 4;
  auto depacketizer = *make_depacketizer(config);
  auto units =
      push(*depacketizer, {packet("aabbcc", 1, false), packet("ddee", 1, true), packet("ff", 2, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), "ff");
  base::Slice huge(std::vector<uint8_t>(1024 * 1024 + 1));
  EXPECT_TRUE(
      make_packetizer(Codec::kData)->packetize(test::frame(nullptr, huge, true), 1200).packets.empty());
}

}  // namespace
}  // namespace eyas::rtp
