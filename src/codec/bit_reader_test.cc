#include "codec/bit_reader.h"

#include <gtest/gtest.h>

namespace eyas::codec {
namespace {

TEST(BitReader, ReadsAcrossBytesAndFailsPastTheEnd) {
  std::vector<uint8_t> bytes = {0xA5, 0xFF, 0x01};
  BitReader r(bytes);
  EXPECT_EQ(r.bits(3), 5u);
  EXPECT_EQ(r.bits(9), 0x5Fu);
  EXPECT_EQ(r.bits(12), 0xF01u);
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.bits(1), 0u);
  EXPECT_FALSE(r.ok());
}

TEST(BitReader, ReadsExpGolomb) {
  std::vector<uint8_t> bytes = {0b10100110, 0b01000010, 0b10000000};  // ue 0,1,2,3 then se code 4
  BitReader r(bytes);
  EXPECT_EQ(r.ue(), 0u);
  EXPECT_EQ(r.ue(), 1u);
  EXPECT_EQ(r.ue(), 2u);
  EXPECT_EQ(r.ue(), 3u);
  EXPECT_EQ(r.se(), -2);
  EXPECT_TRUE(r.ok());
}

TEST(BitReader, BoundsCounts) {
  std::vector<uint8_t> bytes = {0b01100000};
  BitReader r(bytes);
  EXPECT_EQ(r.ue(1), 0u);  // the code says 2
  EXPECT_FALSE(r.ok());
}

TEST(BitReader, RefusesEndlessPrefixes) {
  std::vector<uint8_t> zeros(64, 0);
  BitReader r(zeros);
  EXPECT_EQ(r.ue(), 0u);
  EXPECT_FALSE(r.ok());
}

TEST(BitReader, RefusesLeb128AboveThirtyTwoBits) {
  std::vector<uint8_t> good = {0xE5, 0x8E, 0x26};
  BitReader r(good);
  EXPECT_EQ(r.leb128(), 624485u);
  std::vector<uint8_t> large = {0xFF, 0xFF, 0xFF, 0xFF, 0x1F};
  BitReader bad(large);
  bad.leb128();
  EXPECT_FALSE(bad.ok());
}

TEST(BitWriter, WritesWhatTheReaderReads) {
  BitWriter w;
  w.bits(5, 3);
  w.bits(0x5F, 9);
  BitReader r(w.bytes());
  EXPECT_EQ(r.bits(3), 5u);
  EXPECT_EQ(r.bits(9), 0x5Fu);
}

}  // namespace
}  // namespace eyas::codec
