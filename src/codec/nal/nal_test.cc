#include "codec/nal/nal.h"

#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/fixtures.h"

namespace eyas::codec {
namespace {

using fixtures::slice;

media::CodecConfig h264() {
  media::CodecConfig config;
  config.codec = media::Codec::kH264;
  return config;
}

TEST(Nal, RemovesEmulationPrevention) {
  EXPECT_EQ(base::to_hex(nal::unescape(base::from_hex("00000301 000003 ff0000030000 03"))),
            "00000100"
            "00ff"
            "00000000");
}

TEST(Nal, ChangesLengthSizes) {
  auto two = to_length_prefixed4(base::from_hex("0002 6588 0000 0001 41"), 2);
  ASSERT_TRUE(two.ok());
  EXPECT_EQ(base::to_hex(*two),
            "00000002658800000001"
            "41");
  EXPECT_FALSE(to_length_prefixed4(base::from_hex("0003 6588"), 2).ok());
  EXPECT_FALSE(to_length_prefixed4(base::from_hex("00"), 2).ok());
}

TEST(Nal, SharesWhatIsCanonical) {
  base::Slice payload = slice(fixtures::kIdrHigh);
  EXPECT_EQ(to_length_prefixed4(payload, 4)->data(), payload.data());
  EXPECT_TRUE(to_length_prefixed4(slice("00000000"), 4)->empty());  // DJI: an empty unit
  EXPECT_EQ(without_sei(h264(), payload).data(), payload.data());
}

TEST(Nal, SplitsAnnexB) {
  auto payload = annexb_to_length_prefixed(base::from_hex("00000001 0910 000001 65880000 00000001 4100 00"));
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ(base::to_hex(*payload),
            "000000020910"
            "000000026588"
            "0000000141");
  EXPECT_EQ(base::to_hex(length_prefixed_to_annexb(*payload)),
            "000000010910"
            "000000016588"
            "0000000141");
  EXPECT_FALSE(annexb_to_length_prefixed(base::from_hex("6588")).ok());
}

TEST(Nal, DropsSei) {
  base::Slice payload = slice("00000004 06050180" + fixtures::kPHigh);
  EXPECT_EQ(base::to_hex(without_sei(h264(), payload)), base::to_hex(base::from_hex(fixtures::kPHigh)));
}

TEST(Sei, VisitsMessages) {
  // Type 245 with 4 bytes, one of them behind an emulation prevention byte; then type 261 with 1 byte.
  std::vector<uint8_t> payload = base::from_hex("0000000d 06 f5 04 aa000003 01 ff06 01 bb 80 00");
  std::vector<std::pair<uint32_t, std::string>> seen;
  for_each_sei(h264(), payload,
               [&](uint32_t type, base::Bytes body) { seen.emplace_back(type, base::to_hex(body)); });
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0], (std::pair<uint32_t, std::string>{245, "aa000001"}));
  EXPECT_EQ(seen[1], (std::pair<uint32_t, std::string>{261, "bb"}));
}

TEST(Sei, EndsAtABrokenSize) {
  int seen = 0;
  for_each_sei(h264(), base::from_hex("00000004 0605ff01"), [&](uint32_t, base::Bytes) { ++seen; });
  EXPECT_EQ(seen, 0);
}

}  // namespace
}  // namespace eyas::codec
