#include "codec/h265/h265.h"

#include <gtest/gtest.h>

#include "codec/fixtures.h"
#include "codec/h265/parameter_sets.h"

namespace eyas::codec {
namespace {

using fixtures::slice;
using media::Codec;
using media::Ratio;

TEST(H265, ReadsMain) {
  auto config = describe(Codec::kH265, slice(fixtures::kHevcMain));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->rfc6381, "hvc1.1.6.L60.90");
  EXPECT_EQ(config->width, 320u);
  EXPECT_EQ(config->height, 180u);
  EXPECT_EQ(config->frame_rate, (Ratio{30, 1}));
  EXPECT_EQ(config->reorder_depth, 2);
}

TEST(H265, ReadsMain10) {
  auto config = describe(Codec::kH265, slice(fixtures::kHevcMain10));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->rfc6381, "hvc1.2.4.L120.90");
  EXPECT_EQ(config->width, 1920u);
  EXPECT_EQ(config->height, 1080u);
  EXPECT_EQ(config->frame_rate, (Ratio{30000, 1001}));
  auto sps = h265::parse_sps(
      base::from_hex("420101022000000300900000030000030078a003c08010e4d96566924caf01680800001f480003a98040"));
  ASSERT_TRUE(sps.ok());
  EXPECT_EQ(sps->bit_depth_luma, 10u);
}

TEST(H265, BuildsARecordWithTheSameFacts) {
  std::vector<uint8_t> vps = base::from_hex(fixtures::kVpsMain), sps = base::from_hex(fixtures::kSpsMain),
                       pps = base::from_hex(fixtures::kPpsMain);
  base::Bytes vps_list[] = {vps}, sps_list[] = {sps}, pps_list[] = {pps};
  auto record = h265_record(vps_list, sps_list, pps_list);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(base::to_hex(*record), base::to_hex(base::from_hex(fixtures::kHevcMain)));
}

TEST(H265, RefusesEveryTruncation) {
  std::vector<uint8_t> whole = base::from_hex(fixtures::kHevcMain);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(describe(Codec::kH265, base::Slice::copy_of(base::Bytes(whole).first(size))).ok()) << size;
  }
}

TEST(H265, TellsFramesApart) {
  auto config = describe(Codec::kH265, slice(fixtures::kHevcMain));
  auto idr = inspect(*config, base::from_hex(fixtures::kIdrMain));
  EXPECT_TRUE(idr->key && idr->picture && idr->starts_picture && !idr->disposable && !idr->bidirectional);
  auto p = inspect(*config, base::from_hex(fixtures::kPMain));
  EXPECT_TRUE(p->picture && !p->key && !p->disposable);
  auto b = inspect(*config, base::from_hex(fixtures::kBMain));
  EXPECT_TRUE(b->picture && b->disposable && b->bidirectional);
}

TEST(H265, DropsSeiAndParameterSets) {
  auto config = describe(Codec::kH265, slice(fixtures::kHevcMain));
  base::Slice payload = slice(
      "00000003 460150"
      "00000007" +
      fixtures::kPpsMain + "00000005 4e01050180" + fixtures::kPMain);
  auto facts = inspect(*config, payload);
  EXPECT_TRUE(facts->has_sei && facts->has_parameter_sets && facts->picture);
  base::Slice bare = without_parameter_sets(*config, without_sei(*config, payload));
  EXPECT_EQ(base::to_hex(bare), base::to_hex(base::from_hex(fixtures::kPMain)));
}

TEST(H265, TakesAChangedPpsOutOfTheBand) {
  auto config = describe(Codec::kH265, slice(fixtures::kHevcMain));
  EXPECT_FALSE(record_with_in_band(*config, base::from_hex("00000007" + fixtures::kPpsMain)).has_value());
  auto record = record_with_in_band(*config, base::from_hex("00000007 4401c172b46640"));
  ASSERT_TRUE(record.has_value());
  EXPECT_NE(base::to_hex(*record).find("4401c172b46640"), std::string::npos);
  EXPECT_EQ(base::to_hex(*record).find("4401c172b46240"), std::string::npos);
}

}  // namespace
}  // namespace eyas::codec
