#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/fixtures.h"

namespace eyas::codec {
namespace {

using fixtures::slice;
using media::Codec;

TEST(Vp9, ReadsTheRecord) {
  auto config = describe(Codec::kVp9, slice(fixtures::kVp9Record));
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->rfc6381, "vp09.00.11.08");
  EXPECT_FALSE(describe(Codec::kVp9, slice("000a82020202")).ok());
}

TEST(Vp9, ReadsAKeyFrame) {
  auto config = describe_packet(Codec::kVp9, base::from_hex(fixtures::kVp9Key));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->width, 320u);
  EXPECT_EQ(config->height, 180u);
  EXPECT_EQ(config->rfc6381, "vp09.00.11.08");
  EXPECT_FALSE(describe_packet(Codec::kVp9, base::from_hex(fixtures::kVp9Inter)).ok());
  EXPECT_TRUE(inspect(*config, base::from_hex(fixtures::kVp9Key))->key);
  EXPECT_FALSE(inspect(*config, base::from_hex(fixtures::kVp9Inter))->key);
  EXPECT_FALSE(inspect(*config, base::from_hex("00")).ok());
}

TEST(Vp8, ReadsAKeyFrame) {
  auto config = describe_packet(Codec::kVp8, base::from_hex(fixtures::kVp8Key));
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->width, 320u);
  EXPECT_EQ(config->height, 180u);
  EXPECT_TRUE(inspect(*config, base::from_hex(fixtures::kVp8Key))->key);
  EXPECT_FALSE(inspect(*config, base::from_hex(fixtures::kVp8Inter))->key);
  EXPECT_FALSE(describe_packet(Codec::kVp8, base::from_hex(fixtures::kVp8Inter)).ok());
}

}  // namespace
}  // namespace eyas::codec
