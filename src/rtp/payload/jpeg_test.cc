// JPEG in RTP: headers written again, tables sent and kept, what is broken left out.
#include "rtp/payload/jpeg.h"

#include <gtest/gtest.h>

#include "rtp/payload/jpeg_header.h"
#include "rtp/payload/test_packets.h"

namespace eyas::rtp {
namespace {

using test::hex;
using test::packet;
using test::push;

std::unique_ptr<Depacketizer> jpeg(size_t unit_bytes_max = 1 << 20) {
  DepacketizerConfig config;
  config.codec = media::Codec::kData;
  config.encoding = "JPEG";
  config.unit_bytes_max = unit_bytes_max;
  return *make_depacketizer(config);
}

// Type-specific, fragment offset, type, Q, width / 8, height / 8.
const std::string kBegin = "00 000000 01 32 28 17 ";    // 4:2:0, Q 50, 320 x 184
const std::string kGoesOn = "00 000004 01 32 28 17 ";   // at byte 4
const std::string kTables = "00 00 0040 ";              // 8 bits an entry, 64 bytes
const std::string kFlat = std::string(128, '1') + ' ';  // one table, all 0x11

std::string scan_of(const std::string& image) {
  return image.substr(image.find("ffda") + 28);
}

TEST(JpegPayload, WritesTheHeaderAgain) {
  auto units =
      push(*jpeg(), {packet(kBegin + "11223344", 9000, false), packet(kGoesOn + "5566", 9000, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(units[0].timestamp, 9000u);
  EXPECT_TRUE(units[0].key);
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->codec, media::Codec::kData);
  std::string image = hex(units[0].payload);
  EXPECT_TRUE(image.starts_with("ffd8ffdb004300100b0c0e0c0a10")) << image.substr(0, 40);  // K.1 as it is
  EXPECT_NE(image.find("ffdb004301111212"), std::string::npos) << "the table of chroma";
  EXPECT_NE(image.find("ffc000110800b8014003012200021101031101"), std::string::npos) << "320 x 184, 4:2:0";
  EXPECT_EQ(scan_of(image), "112233445566ffd9");
}

TEST(JpegPayload, TablesFollowTheQuality) {
  EXPECT_EQ(jpeg_tables(50)[0], 16);
  EXPECT_EQ(jpeg_tables(99)[0], 1) << "never 0";
  EXPECT_EQ(jpeg_tables(1)[0], 255) << "never more than a byte";
  EXPECT_EQ(jpeg_tables(75)[64], 9);  // half of 17, rounded
}

TEST(JpegPayload, AnEndThatWasSentIsNotWrittenTwice) {
  auto units = push(*jpeg(), {packet(kBegin + "1122ffd9", 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(scan_of(hex(units[0].payload)), "1122ffd9");
}

TEST(JpegPayload, TablesThatAreSentAreKept) {
  std::string begin = "00 000000 00 80 28 17 ";  // 4:2:2, Q 128
  auto units = push(*jpeg(), {packet(begin + kTables + kFlat + "aabb", 1, true),
                              packet(begin + "00 00 0000 ccdd", 2, true)});
  ASSERT_EQ(units.size(), 2u);
  for (const AccessUnit& unit : units) {
    std::string image = hex(unit.payload);
    EXPECT_TRUE(image.starts_with("ffd8ffdb00430011111111")) << image.substr(0, 40);
    EXPECT_NE(image.find("03012100021100031100"), std::string::npos) << "4:2:2, one table for all";
  }
  EXPECT_EQ(scan_of(hex(units[1].payload)), "ccddffd9");
  // Of Q 255 each image has its own; others are not known before they were sent.
  std::string changing = "00 000000 00 ff 28 17 ";
  auto two = push(*jpeg(), {packet(changing + kTables + kFlat + "aabb", 1, true),
                            packet(changing + "00 00 0000 ccdd", 2, true)});
  EXPECT_EQ(two.size(), 1u);
  EXPECT_TRUE(push(*jpeg(), {packet(begin + "00 00 0000 ccdd", 2, true)}).empty());
}

TEST(JpegPayload, RestartsStandInTheHeader) {
  // Type 65, Q 50; restart interval 20, first and last, count 0x3fff.
  auto units = push(*jpeg(), {packet("00 000000 41 32 28 17 0014 ffff aabb", 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_TRUE(hex(units[0].payload).starts_with("ffd8ffdd00040014ffdb"));
}

TEST(JpegPayload, LargePicturesSayTheirSizeInTheExtension) {
  std::vector<uint8_t> payload = base::from_hex("00 000000 01 32 00 00 aabb");
  // SOF0 of 2160 x 3840, three components; padding.
  std::vector<uint8_t> extension = base::from_hex("ffc0 0011 08 0870 0f00 03 012200 021101 031101 00");
  PacketView view;
  view.payload = payload;
  view.marker = true;
  std::vector<AccessUnit> units;
  auto depacketizer = jpeg();
  depacketizer->push(view, false, units);
  EXPECT_TRUE(units.empty()) << "a picture without size";
  view.extension_profile = 0xFFD8;
  view.extension_block = extension;
  depacketizer->push(view, false, units);
  ASSERT_EQ(units.size(), 1u);
  EXPECT_NE(hex(units[0].payload).find("ffc000110808700f00"), std::string::npos);
}

TEST(JpegPayload, WhatHasAHoleIsLeftOut) {
  auto begin = packet(kBegin + "11223344", 1, false), rest = packet(kGoesOn + "5566", 1, true);
  auto lost = rest;
  lost.lost_before = true;
  auto next = packet(kBegin + "1122", 2, true);
  auto units = push(*jpeg(), {begin, lost, next});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(units[0].timestamp, 2u);
  EXPECT_TRUE(units[0].after_loss);
  EXPECT_TRUE(push(*jpeg(), {rest}).empty()) << "no beginning";
  EXPECT_TRUE(push(*jpeg(), {begin, packet(kGoesOn + "5566", 2, true)}).empty()) << "another image's part";
  EXPECT_TRUE(push(*jpeg(), {begin, packet("00 000005 01 32 28 17 66", 1, true)}).empty()) << "a gap";
}

TEST(JpegPayload, SendersThatNeverMarkAreUnderstood) {
  auto units = push(*jpeg(), {packet(kBegin + "1122", 1, false), packet(kBegin + "3344", 2, false),
                              packet(kBegin + "5566", 3, false)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(scan_of(hex(units[1].payload)), "3344ffd9");
}

TEST(JpegPayload, WhatIsBrokenIsPassedOver) {
  for (const char* text :
       {"", "00 000000 01 32 28", "00 000000 02 32 28 17 aa", "00 000000 80 32 28 17 aa",
        "00 000000 01 00 28 17 aa", "00 000000 01 64 28 17 aa", "00 000000 01 ff 28 17 00 00 00ff 11",
        "00 000000 01 ff 28 17 00 00 0004 11111111 aa", "00 000000 01 32 00 17 aa", "00 000000 01 32 28 17"})
    EXPECT_TRUE(push(*jpeg(), {packet(text, 1, true)}).empty()) << text;
}

TEST(JpegPayload, ImagesAreBounded) {
  std::string kilobyte(2000, 'a');
  EXPECT_EQ(push(*jpeg(2000), {packet(kBegin + kilobyte, 1, true)}).size(), 1u);
  EXPECT_TRUE(push(*jpeg(1500), {packet(kBegin + kilobyte, 1, true)}).empty());
}

}  // namespace
}  // namespace eyas::rtp
