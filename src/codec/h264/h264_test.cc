#include "codec/h264/h264.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "codec/bit_reader.h"
#include "codec/fixtures.h"
#include "codec/h264/sps.h"
#include "codec/limits.h"

namespace eyas::codec {
namespace {

using base::Code;
using fixtures::slice;
using media::Codec;
using media::Ratio;

void write_ue(BitWriter& out, uint32_t value) {
  unsigned bits = 32 - static_cast<unsigned>(__builtin_clz(value + 1));
  out.bits(value + 1, 2 * bits - 1);
}

// A High SPS of `width_mbs` x `height_mbs`, POC type 2, without cropping and VUI.
std::vector<uint8_t> plain_sps(uint32_t width_mbs, uint32_t height_mbs, uint32_t poc_type = 2,
                               uint32_t ref_frames = 1) {
  BitWriter out;
  out.bits(0x67640028, 32);  // header, profile 100, no constraints, level 4.0
  write_ue(out, 0);          // id
  write_ue(out, 1);          // 4:2:0
  write_ue(out, 0);          // 8 bits
  write_ue(out, 0);
  out.bits(0, 2);    // bypass, scaling matrix
  write_ue(out, 0);  // log2_max_frame_num_minus4
  write_ue(out, poc_type);
  if (poc_type == 0) write_ue(out, 4);
  write_ue(out, ref_frames);
  out.bits(0, 1);  // gaps
  write_ue(out, width_mbs - 1);
  write_ue(out, height_mbs - 1);
  out.bits(0b11, 2);  // frame_mbs_only, direct_8x8
  out.bits(0, 2);     // no cropping, no VUI
  out.bits(1, 1);     // stop bit
  return out.take();
}

TEST(H264, ReadsTheDroneFootagesRecord) {
  auto config = describe(Codec::kH264, slice(fixtures::kAvcDrone));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->rfc6381, "avc1.42c00d");
  EXPECT_EQ(config->width, 1920u);
  EXPECT_EQ(config->height, 1080u);
  EXPECT_EQ(config->frame_rate, (Ratio{25, 1}));
  EXPECT_EQ(config->reorder_depth, 0);
}

TEST(H264, ReadsHighWithReorderingFromVui) {
  auto config = describe(Codec::kH264, slice(fixtures::kAvcHigh));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->rfc6381, "avc1.64000d");
  EXPECT_EQ(config->width, 320u);
  EXPECT_EQ(config->height, 180u);
  EXPECT_EQ(config->frame_rate, (Ratio{30, 1}));
  EXPECT_EQ(config->reorder_depth, 2);
}

TEST(H264, ReadsTheRateOfNtscAndZeroLatency) {
  auto config = describe(Codec::kH264, slice(fixtures::kAvcZeroLatency));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->height, 1080u);
  EXPECT_EQ(config->frame_rate, (Ratio{30000, 1001}));
  EXPECT_EQ(config->reorder_depth, 0);
}

TEST(H264, CropsInterlacedInUnitsOfFourLines) {
  auto config = describe(Codec::kH264, slice(fixtures::kAvcInterlaced));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->width, 1920u);
  EXPECT_EQ(config->height, 1080u);
  EXPECT_EQ(config->frame_rate, (Ratio{25, 1}));
  EXPECT_EQ(config->reorder_depth, 2);
}

// DEVIATION: DJI M30 sends 1920x1088 without cropping; the eight grey lines are kept, since the stream says
// so.
TEST(H264, KeepsTheUncroppedHeightOfDjiM30) {
  std::vector<uint8_t> sps = plain_sps(120, 68);
  std::vector<uint8_t> pps = base::from_hex(fixtures::kPpsHigh);
  base::Bytes sps_list[] = {sps};
  base::Bytes pps_list[] = {pps};
  auto record = h264_record(sps_list, pps_list);
  ASSERT_TRUE(record.ok());
  auto config = describe(Codec::kH264, *record);
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->width, 1920u);
  EXPECT_EQ(config->height, 1088u);
  EXPECT_EQ(config->frame_rate.den, 0u);
  EXPECT_EQ(config->reorder_depth, 0);  // POC type 2
}

TEST(H264, EstimatesReorderingFromAboveWithoutVui) {
  auto sps = h264::parse_sps(plain_sps(120, 68, 0, 16));
  ASSERT_TRUE(sps.ok());
  EXPECT_EQ(sps->reorder_depth(), 4);  // level 4.0 holds four frames of 1080p
  EXPECT_EQ(h264::parse_sps(plain_sps(120, 68, 0, 2))->reorder_depth(), 2);
}

TEST(H264, RefusesPicturesAboveTheLimit) {
  auto sps = h264::parse_sps(plain_sps(kPictureSideMax / 16 + 1, 4));
  ASSERT_FALSE(sps.ok());
  EXPECT_EQ(sps.error().code, Code::kLimit);
}

TEST(H264, RefusesRecordsAboveTheLimit) {
  std::vector<uint8_t> large(kRecordBytesMax + 1, 0);
  auto config = describe(Codec::kH264, base::Slice(std::move(large)));
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, Code::kLimit);
}

TEST(H264, RefusesEveryTruncationOfTheSetsInARecord) {
  std::vector<uint8_t> whole = base::from_hex(fixtures::kAvcDrone);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(describe(Codec::kH264, base::Slice::copy_of(base::Bytes(whole).first(size))).ok()) << size;
  }
}

TEST(H264, BuildsTheRecordThatTheEncoderWrote) {
  std::vector<uint8_t> sps = base::from_hex(fixtures::kSpsHigh);
  std::vector<uint8_t> pps = base::from_hex(fixtures::kPpsHigh);
  base::Bytes sps_list[] = {sps};
  base::Bytes pps_list[] = {pps};
  auto record = h264_record(sps_list, pps_list);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(base::to_hex(*record), base::to_hex(base::from_hex(fixtures::kAvcHigh)));
}

TEST(H264, SaysFourByteLengthsWhateverTheSenderUsed) {
  std::vector<uint8_t> two = base::from_hex(fixtures::kAvcDrone);
  two[4] = 0xFD;
  EXPECT_EQ(nal_length_size(Codec::kH264, two), 2u);
  auto config = describe(Codec::kH264, base::Slice(two));
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(nal_length_size(Codec::kH264, config->record), 4u);
}

TEST(H264, TellsFramesApart) {
  auto config = describe(Codec::kH264, slice(fixtures::kAvcHigh));
  auto idr = inspect(*config, base::from_hex(fixtures::kIdrHigh));
  EXPECT_TRUE(idr->key && idr->picture && idr->starts_picture);
  EXPECT_FALSE(idr->disposable || idr->bidirectional || idr->has_sei || idr->has_parameter_sets);
  auto p = inspect(*config, base::from_hex(fixtures::kPHigh));
  EXPECT_TRUE(p->picture && !p->key && !p->disposable && !p->bidirectional);
  auto referenced_b = inspect(*config, base::from_hex(fixtures::kBReferencedHigh));
  EXPECT_TRUE(referenced_b->bidirectional && !referenced_b->disposable);
  auto b = inspect(*config, base::from_hex(fixtures::kBHigh));
  EXPECT_TRUE(b->bidirectional && b->disposable);
}

TEST(H264, SeesWhatIsNoPicture) {
  auto config = describe(Codec::kH264, slice(fixtures::kAvcHigh));
  auto sei = inspect(*config, base::from_hex("00000004 06050180"));
  EXPECT_TRUE(sei->has_sei && !sei->picture && !sei->starts_picture);
  auto empty = inspect(*config, base::from_hex("00000000"));  // DJI M350: zero NAL units
  ASSERT_TRUE(empty.ok());
  EXPECT_FALSE(empty->picture);
  EXPECT_FALSE(inspect(*config, base::from_hex("00000005 6588")).ok());
}

TEST(H264, SecondSliceOfAPictureDoesNotStartIt) {
  auto config = describe(Codec::kH264, slice(fixtures::kAvcZeroLatency));
  auto second =
      inspect(*config, base::from_hex("0000000c 41001fe268ec412bfffeb52a"));  // first_mb_in_slice 4080-ish
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->picture);
  EXPECT_FALSE(second->starts_picture);
}

TEST(H264, TakesChangedParameterSetsOutOfTheBand) {
  auto config = describe(Codec::kH264, slice(fixtures::kAvcDrone));
  std::string same = "00000019 6742c00ddb01e0089f97011000000300100000030320f142ae 00000004 68ca8cb2";
  EXPECT_FALSE(record_with_in_band(*config, base::from_hex(same)).has_value());
  EXPECT_FALSE(record_with_in_band(*config, base::from_hex(fixtures::kIdrHigh)).has_value());

  std::string other = "0000001a" + fixtures::kSpsHigh + "00000006" + fixtures::kPpsHigh;
  auto record = record_with_in_band(*config, base::from_hex(other));
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(describe(Codec::kH264, *record)->width, 320u);
  EXPECT_EQ(base::to_hex(*record), base::to_hex(base::from_hex(fixtures::kAvcHigh)));
}

TEST(H264, BuildsARecordFromTheBandAlone) {
  media::CodecConfig none;
  none.codec = Codec::kH264;
  EXPECT_FALSE(record_with_in_band(none, base::from_hex("0000001a" + fixtures::kSpsHigh)).has_value());
  std::string both = "0000001a" + fixtures::kSpsHigh + "00000006" + fixtures::kPpsHigh;
  ASSERT_TRUE(record_with_in_band(none, base::from_hex(both)).has_value());
}

TEST(H264, PassesOverInBandSetsAboveTheLimits) {
  auto config = describe(Codec::kH264, slice(fixtures::kAvcDrone));
  std::string same = "00000004 68ca8cb2";
  std::string other = "00000006" + fixtures::kPpsHigh;
  std::string crowd;
  for (size_t i = 0; i + 1 < kInBandSetsMax; ++i) crowd += same;
  EXPECT_TRUE(record_with_in_band(*config, base::from_hex(crowd + other)).has_value());
  EXPECT_FALSE(record_with_in_band(*config, base::from_hex(crowd + same + other)).has_value());

  std::vector<uint8_t> pps = base::from_hex(fixtures::kPpsHigh);
  pps.resize(kInBandSetBytesMax + 1, 0x80);
  base::ByteWriter payload;
  payload.u32(static_cast<uint32_t>(pps.size()));
  payload.bytes(pps);
  EXPECT_FALSE(record_with_in_band(*config, payload.view()).has_value());
}

}  // namespace
}  // namespace eyas::codec
