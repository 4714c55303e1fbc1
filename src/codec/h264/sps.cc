#include "codec/h264/sps.h"

#include <algorithm>
#include <array>

#include "codec/bit_reader.h"
#include "codec/frame_rate.h"
#include "codec/limits.h"
#include "codec/nal/nal.h"

namespace eyas::codec::h264 {
namespace {

using base::Code;
using base::Error;

constexpr uint32_t kDpbFramesMax = 16;

// Profiles whose SPS states the chroma format and bit depths [ISO 14496-10 7.3.2.1.1].
bool has_chroma_fields(uint8_t profile_idc) {
  constexpr std::array<uint8_t, 13> kProfiles = {100, 110, 122, 244, 44,  83, 86,
                                                 118, 128, 138, 139, 134, 135};
  return std::ranges::find(kProfiles, profile_idc) != kProfiles.end();
}

void skip_scaling_list(BitReader& r, unsigned size) {
  int32_t last = 8;
  for (unsigned i = 0; i < size && r.ok(); ++i) {
    int32_t delta = r.se();
    if (delta < -128 || delta > 127) return r.fail();
    int32_t next = (last + delta + 256) % 256;
    if (next == 0) return;  // the rest of the list repeats
    last = next;
  }
}

void read_chroma_fields(BitReader& r, Sps& sps) {
  sps.chroma_format_idc = r.ue(3);
  if (sps.chroma_format_idc == 3) r.skip(1);  // separate_colour_plane_flag
  sps.bit_depth_luma = 8 + r.ue(6);
  sps.bit_depth_chroma = 8 + r.ue(6);
  r.skip(1);              // qpprime_y_zero_transform_bypass_flag
  if (!r.flag()) return;  // seq_scaling_matrix_present_flag
  unsigned lists = sps.chroma_format_idc == 3 ? 12 : 8;
  for (unsigned i = 0; i < lists; ++i) {
    if (r.flag()) skip_scaling_list(r, i < 6 ? 16 : 64);
  }
}

void read_poc(BitReader& r, Sps& sps) {
  sps.poc_type = r.ue(2);
  if (sps.poc_type == 0) r.ue(12);  // log2_max_pic_order_cnt_lsb_minus4
  if (sps.poc_type != 1) return;
  r.skip(1);  // delta_pic_order_always_zero_flag
  r.se();     // offset_for_non_ref_pic
  r.se();     // offset_for_top_to_bottom_field
  uint32_t cycle = r.ue(255);
  for (uint32_t i = 0; i < cycle && r.ok(); ++i) r.se();
}

void skip_hrd(BitReader& r) {
  uint32_t cpb_count = r.ue(31) + 1;
  r.skip(4 + 4);
  for (uint32_t i = 0; i < cpb_count && r.ok(); ++i) {
    r.ue();
    r.ue();
    r.skip(1);
  }
  r.skip(4 * 5);
}

void skip_vui_display(BitReader& r) {
  constexpr uint32_t kExtendedSar = 255;
  if (r.flag() && r.bits(8) == kExtendedSar) r.skip(32);
  if (r.flag()) r.skip(1);  // overscan
  if (r.flag()) {           // video_signal_type_present_flag
    r.skip(3 + 1);
    if (r.flag()) r.skip(24);
  }
  if (r.flag()) {  // chroma_loc_info_present_flag
    r.ue(5);
    r.ue(5);
  }
}

// Keeps what was read before a break: timing stands before the restrictions.
void read_vui(BitReader r, Sps& sps) {
  skip_vui_display(r);
  if (r.flag()) {  // timing_info_present_flag
    uint64_t units_in_tick = r.bits(32);
    uint64_t time_scale = r.bits(32);
    r.skip(1);  // fixed_frame_rate_flag
    // A tick is a field's time: two make a frame [ISO 14496-10 E.2.1].
    if (r.ok()) sps.frame_rate = frame_rate_of(time_scale, 2 * units_in_tick);
  }
  bool nal_hrd = r.flag();
  if (nal_hrd) skip_hrd(r);
  bool vcl_hrd = r.flag();
  if (vcl_hrd) skip_hrd(r);
  if (nal_hrd || vcl_hrd) r.skip(1);  // low_delay_hrd_flag
  r.skip(1);                          // pic_struct_present_flag
  if (!r.flag()) return;              // bitstream_restriction_flag
  r.skip(1);
  for (int i = 0; i < 4; ++i) r.ue(16);
  uint32_t reorder = r.ue(kDpbFramesMax);
  if (r.ok()) sps.max_num_reorder_frames = reorder;
}

struct Crop {
  uint64_t left = 0, right = 0, top = 0, bottom = 0;
};

Crop read_crop(BitReader& r) {
  Crop crop;
  if (!r.flag()) return crop;
  crop.left = r.ue(kPictureSideMax);
  crop.right = r.ue(kPictureSideMax);
  crop.top = r.ue(kPictureSideMax);
  crop.bottom = r.ue(kPictureSideMax);
  return crop;
}

// False when cropping leaves nothing.
bool apply_crop(const Crop& crop, Sps& sps) {
  // Crop units [ISO 14496-10 7.4.2.1.1]. Separate colour planes (chroma_format_idc 3) count like monochrome.
  uint64_t unit_x = sps.chroma_format_idc == 1 || sps.chroma_format_idc == 2 ? 2 : 1;
  uint64_t unit_y = (sps.chroma_format_idc == 1 ? 2 : 1) * (sps.frame_mbs_only ? 1 : 2);
  uint64_t cut_x = unit_x * (crop.left + crop.right);
  uint64_t cut_y = unit_y * (crop.top + crop.bottom);
  if (cut_x >= sps.coded_width || cut_y >= sps.coded_height) return false;
  sps.width = sps.coded_width - static_cast<uint32_t>(cut_x);
  sps.height = sps.coded_height - static_cast<uint32_t>(cut_y);
  return true;
}

// MaxDpbMbs [ISO 14496-10 table A-1].
uint32_t dpb_macroblocks_max(uint8_t level_idc) {
  struct Row {
    uint8_t level_idc;
    uint32_t macroblocks;
  };
  constexpr Row kRows[] = {{10, 396},    {11, 900},    {13, 2376},  {20, 2376},  {21, 4752},
                           {30, 8100},   {31, 18000},  {32, 20480}, {41, 32768}, {42, 34816},
                           {50, 110400}, {52, 184320}, {62, 696320}};
  for (const Row& row : kRows) {
    if (level_idc <= row.level_idc) return row.macroblocks;
  }
  return kRows[std::size(kRows) - 1].macroblocks;
}

}  // namespace

uint8_t Sps::reorder_depth() const {
  constexpr uint8_t kBaseline = 66;
  constexpr uint8_t kConstraintSet1 = 0x40;
  constexpr uint8_t kConstraintSet3 = 0x10;
  if (max_num_reorder_frames) return static_cast<uint8_t>(*max_num_reorder_frames);
  if (poc_type == 2) return 0;  // output order is decoding order [ISO 14496-10 8.2.1.3]
  if (profile_idc == kBaseline && (constraint_flags & kConstraintSet1) != 0) return 0;
  if (profile_idc >= 100 && (constraint_flags & kConstraintSet3) != 0) return 0;  // intra profiles
  uint32_t macroblocks = coded_width / 16 * (coded_height / 16);
  uint32_t dpb_frames = std::min(dpb_macroblocks_max(level_idc) / std::max(macroblocks, 1u), kDpbFramesMax);
  return static_cast<uint8_t>(std::min(dpb_frames, max_num_ref_frames));
}

base::Result<Sps> parse_sps(base::Bytes unit) {
  if (unit.size() < 4) return Error{Code::kMalformed, "h264 sps: too short", {}};
  std::vector<uint8_t> rbsp = nal::unescape(unit.subspan(1));
  BitReader r(rbsp);
  Sps sps;
  sps.profile_idc = static_cast<uint8_t>(r.bits(8));
  sps.constraint_flags = static_cast<uint8_t>(r.bits(8));
  sps.level_idc = static_cast<uint8_t>(r.bits(8));
  sps.id = r.ue(kSpsIdMax);
  if (has_chroma_fields(sps.profile_idc)) read_chroma_fields(r, sps);
  r.ue(12);  // log2_max_frame_num_minus4
  read_poc(r, sps);
  sps.max_num_ref_frames = r.ue(kDpbFramesMax);
  r.skip(1);  // gaps_in_frame_num_value_allowed_flag
  uint32_t width_mbs = r.ue(kPictureSideMax) + 1;
  uint32_t height_map_units = r.ue(kPictureSideMax) + 1;
  sps.frame_mbs_only = r.flag();
  if (!sps.frame_mbs_only) r.skip(1);  // mb_adaptive_frame_field_flag
  r.skip(1);                           // direct_8x8_inference_flag
  Crop crop = read_crop(r);
  if (!r.ok()) return Error{Code::kMalformed, "h264 sps: a field is missing or out of range", {}};
  sps.coded_width = width_mbs * 16;
  sps.coded_height = height_map_units * 16 * (sps.frame_mbs_only ? 1 : 2);
  if (std::max(sps.coded_width, sps.coded_height) > kPictureSideMax) {
    return Error{Code::kLimit, "h264 sps: picture too large", {}};
  }
  if (!apply_crop(crop, sps)) return Error{Code::kMalformed, "h264 sps: cropping leaves nothing", {}};
  if (r.flag()) read_vui(r, sps);
  return sps;
}

std::optional<uint32_t> sps_id(base::Bytes unit) {
  auto sps = parse_sps(unit);
  if (!sps) return std::nullopt;
  return sps->id;
}

std::optional<uint32_t> pps_id(base::Bytes unit) {
  std::array<uint8_t, 8> start;
  if (unit.empty()) return std::nullopt;
  BitReader r(nal::unescape_start(unit.subspan(1), start));
  uint32_t id = r.ue(kPpsIdMax);
  if (!r.ok()) return std::nullopt;
  return id;
}

}  // namespace eyas::codec::h264
