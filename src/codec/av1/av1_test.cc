#include "codec/av1/av1.h"

#include <gtest/gtest.h>

#include "codec/fixtures.h"

namespace eyas::codec {
namespace {

using fixtures::slice;
using media::Codec;

TEST(Av1, ReadsTheRecord) {
  auto config = describe(Codec::kAv1, slice(fixtures::kAv1Svt));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->rfc6381, "av01.0.00M.08");
  EXPECT_EQ(config->width, 320u);
  EXPECT_EQ(config->height, 180u);
  EXPECT_EQ(config->reorder_depth, 0);
}

TEST(Av1, SaysDescribedColour) {
  auto config = describe(Codec::kAv1, slice(fixtures::kAv1Aom));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->rfc6381, "av01.0.00M.10.0.110.09.16.09.0");
  EXPECT_EQ(config->width, 320u);
}

TEST(Av1, BuildsTheRecordFromAKeyFrame) {
  auto config = describe_packet(Codec::kAv1, base::from_hex(fixtures::kAv1SvtKey));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(base::to_hex(config->record), "81000c000a0b000000043cfeccfbf90040");
  EXPECT_FALSE(describe_packet(Codec::kAv1, base::from_hex(fixtures::kAv1SvtInter)).ok());
}

TEST(Av1, TellsFramesApart) {
  auto config = describe(Codec::kAv1, slice(fixtures::kAv1Svt));
  auto key = inspect(*config, base::from_hex(fixtures::kAv1SvtKey));
  EXPECT_TRUE(key->key && key->picture && key->has_parameter_sets);
  auto inter = inspect(*config, base::from_hex(fixtures::kAv1SvtInter));
  EXPECT_TRUE(!inter->key && inter->picture && !inter->has_parameter_sets);
  EXPECT_FALSE(inspect(*config, base::from_hex("1200"))->picture);  // a temporal delimiter alone
  EXPECT_FALSE(inspect(*config, base::from_hex("3214300208")).ok());
}

TEST(Av1, RefusesBrokenRecords) {
  EXPECT_FALSE(describe(Codec::kAv1, slice("81000c")).ok());
  EXPECT_FALSE(describe(Codec::kAv1, slice("01000c00")).ok());
  EXPECT_FALSE(describe(Codec::kAv1, slice("81000c00 0a0b 000000")).ok());
  EXPECT_TRUE(describe(Codec::kAv1, slice("81000c00")).ok());  // without a sequence header
}

}  // namespace
}  // namespace eyas::codec
