#include "codec/h265/parameter_sets.h"

#include <algorithm>
#include <array>

#include "codec/frame_rate.h"
#include "codec/h265/sps_tail.h"
#include "codec/limits.h"
#include "codec/nal/nal.h"

namespace eyas::codec::h265 {
namespace {

using base::Code;
using base::Error;

constexpr uint32_t kSpsIdMax = 15;
constexpr uint32_t kPpsIdMax = 63;
constexpr uint32_t kSubLayersMinus1Max = 6;
constexpr uint32_t kDpbPicturesMax = 16;

struct Window {
  uint64_t left = 0, right = 0, top = 0, bottom = 0;
};

Window read_window(BitReader& r) {
  Window window;
  if (!r.flag()) return window;
  window.left = r.ue(kPictureSideMax);
  window.right = r.ue(kPictureSideMax);
  window.top = r.ue(kPictureSideMax);
  window.bottom = r.ue(kPictureSideMax);
  return window;
}

// False when the window leaves nothing. Units: SubWidthC, SubHeightC [ISO 23008-2 table 6-1].
bool apply_window(const Window& window, Sps& sps) {
  uint64_t unit_x = sps.chroma_format_idc == 1 || sps.chroma_format_idc == 2 ? 2 : 1;
  uint64_t unit_y = sps.chroma_format_idc == 1 ? 2 : 1;
  uint64_t cut_x = unit_x * (window.left + window.right);
  uint64_t cut_y = unit_y * (window.top + window.bottom);
  if (cut_x >= sps.width || cut_y >= sps.height) return false;
  sps.width -= static_cast<uint32_t>(cut_x);
  sps.height -= static_cast<uint32_t>(cut_y);
  return true;
}

// The sub-layers' buffer needs; gives max_num_reorder_pics of the highest one.
uint32_t read_sub_layer_ordering(BitReader& r, uint32_t sub_layers_minus1) {
  bool all_present = r.flag();
  uint32_t reorder = 0;
  for (uint32_t i = all_present ? 0 : sub_layers_minus1; i <= sub_layers_minus1 && r.ok(); ++i) {
    r.ue(kDpbPicturesMax);  // max_dec_pic_buffering_minus1
    reorder = r.ue(kDpbPicturesMax);
    r.ue();  // max_latency_increase_plus1
  }
  return reorder;
}

bool base_layer(base::Bytes unit) {
  return unit.size() > kNalHeaderBytes && (unit[0] & 1) == 0 && (unit[1] & 0xF8) == 0;
}

}  // namespace

base::Result<Vps> parse_vps(base::Bytes unit) {
  constexpr uint32_t kLayerSetsMinus1Max = 1023;
  if (unit.size() <= kNalHeaderBytes) return Error{Code::kMalformed, "h265 vps: too short", {}};
  std::vector<uint8_t> rbsp = nal::unescape(unit.subspan(kNalHeaderBytes));
  BitReader r(rbsp);
  Vps vps;
  vps.id = r.bits(4);
  r.skip(2 + 6);  // base layer flags, vps_max_layers_minus1
  uint32_t sub_layers_minus1 = r.bits(3);
  r.skip(1 + 16);  // vps_temporal_id_nesting_flag, reserved
  read_profile_tier_level(r, sub_layers_minus1);
  if (sub_layers_minus1 > kSubLayersMinus1Max || !r.ok()) {
    return Error{Code::kMalformed, "h265 vps: a field is missing or out of range", {}};
  }
  read_sub_layer_ordering(r, sub_layers_minus1);
  uint32_t layer_id_max = r.bits(6);
  uint32_t layer_sets_minus1 = r.ue(kLayerSetsMinus1Max);
  r.skip(static_cast<size_t>(layer_sets_minus1) * (layer_id_max + 1));
  if (r.flag()) {  // vps_timing_info_present_flag
    uint64_t units_in_tick = r.bits(32);
    uint64_t time_scale = r.bits(32);
    if (r.ok()) vps.frame_rate = frame_rate_of(time_scale, units_in_tick);
  }
  return vps;
}

base::Result<Sps> parse_sps(base::Bytes unit) {
  if (unit.size() <= kNalHeaderBytes) return Error{Code::kMalformed, "h265 sps: too short", {}};
  std::vector<uint8_t> rbsp = nal::unescape(unit.subspan(kNalHeaderBytes));
  BitReader r(rbsp);
  Sps sps;
  r.skip(4);  // sps_video_parameter_set_id
  uint32_t sub_layers_minus1 = r.bits(3);
  if (sub_layers_minus1 > kSubLayersMinus1Max) r.fail();
  sps.sub_layers = sub_layers_minus1 + 1;
  sps.temporal_id_nesting = r.flag();
  sps.ptl = read_profile_tier_level(r, sub_layers_minus1);
  sps.id = r.ue(kSpsIdMax);
  sps.chroma_format_idc = r.ue(3);
  if (sps.chroma_format_idc == 3) r.skip(1);  // separate_colour_plane_flag
  sps.width = r.ue();
  sps.height = r.ue();
  Window window = read_window(r);
  sps.bit_depth_luma = 8 + r.ue(8);
  sps.bit_depth_chroma = 8 + r.ue(8);
  uint32_t log2_max_poc_lsb = 4 + r.ue(12);
  sps.max_num_reorder_pics = read_sub_layer_ordering(r, sub_layers_minus1);
  if (!r.ok()) return Error{Code::kMalformed, "h265 sps: a field is missing or out of range", {}};
  if (std::max(sps.width, sps.height) > kPictureSideMax)
    return Error{Code::kLimit, "h265 sps: picture too large", {}};
  if (!apply_window(window, sps)) return Error{Code::kMalformed, "h265 sps: the window leaves nothing", {}};
  sps.frame_rate = read_frame_rate_of_tail(r, log2_max_poc_lsb);
  return sps;
}

base::Result<Pps> parse_pps(base::Bytes unit) {
  std::array<uint8_t, 16> start;
  if (unit.size() <= kNalHeaderBytes) return Error{Code::kMalformed, "h265 pps: too short", {}};
  BitReader r(nal::unescape_start(unit.subspan(kNalHeaderBytes), start));
  Pps pps;
  pps.id = r.ue(kPpsIdMax);
  pps.sps_id = r.ue(kSpsIdMax);
  pps.dependent_slice_segments = r.flag();
  r.skip(1);  // output_flag_present_flag
  pps.extra_slice_header_bits = r.bits(3);
  if (!r.ok()) return Error{Code::kMalformed, "h265 pps: a field is missing or out of range", {}};
  return pps;
}

std::optional<uint32_t> vps_id(base::Bytes unit) {
  if (!base_layer(unit)) return std::nullopt;
  return unit[kNalHeaderBytes] >> 4;
}

std::optional<uint32_t> sps_id(base::Bytes unit) {
  if (!base_layer(unit)) return std::nullopt;
  auto sps = parse_sps(unit);
  if (!sps) return std::nullopt;
  return sps->id;
}

std::optional<uint32_t> pps_id(base::Bytes unit) {
  if (!base_layer(unit)) return std::nullopt;
  auto pps = parse_pps(unit);
  if (!pps) return std::nullopt;
  return pps->id;
}

}  // namespace eyas::codec::h265
