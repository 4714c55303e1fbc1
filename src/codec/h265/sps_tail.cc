#include "codec/h265/sps_tail.h"

#include <algorithm>
#include <vector>

#include "codec/frame_rate.h"

namespace eyas::codec::h265 {
namespace {

constexpr uint32_t kShortTermSetsMax = 64;
constexpr uint32_t kLongTermPicturesMax = 32;
constexpr uint32_t kReferencePicturesMax = 16;

// [ISO 23008-2 7.3.4]
void skip_scaling_lists(BitReader& r) {
  for (unsigned size_id = 0; size_id < 4; ++size_id) {
    for (unsigned matrix_id = 0; matrix_id < 6; matrix_id += size_id == 3 ? 3 : 1) {
      if (!r.flag()) {  // scaling_list_pred_mode_flag
        r.ue(5);        // scaling_list_pred_matrix_id_delta
        continue;
      }
      if (size_id > 1) r.se();  // scaling_list_dc_coef_minus8
      unsigned coefficients = std::min(64u, 1u << (4 + 2 * size_id));
      for (unsigned i = 0; i < coefficients && r.ok(); ++i) r.se();
    }
  }
}

// One st_ref_pic_set [ISO 23008-2 7.3.7]. `counts` has NumDeltaPocs of those before it; gives its own.
uint32_t skip_short_term_set(BitReader& r, const std::vector<uint32_t>& counts) {
  if (!counts.empty() && r.flag()) {  // inter_ref_pic_set_prediction_flag
    r.skip(1);                        // delta_rps_sign
    r.ue(0x7FFF);                     // abs_delta_rps_minus1
    uint32_t count = 0;
    for (uint32_t i = 0; i <= counts.back() && r.ok(); ++i) {
      bool used = r.flag();
      if (used || r.flag()) ++count;  // use_delta_flag
    }
    if (count > kReferencePicturesMax) r.fail();
    return count;
  }
  uint32_t negative = r.ue(kReferencePicturesMax);
  uint32_t positive = r.ue(kReferencePicturesMax);
  for (uint32_t i = 0; i < negative + positive && r.ok(); ++i) {
    r.ue(0x7FFF);  // delta_poc_minus1
    r.skip(1);     // used_by_curr_pic_flag
  }
  return negative + positive;
}

void skip_reference_sets(BitReader& r, uint32_t log2_max_poc_lsb) {
  uint32_t sets = r.ue(kShortTermSetsMax);
  std::vector<uint32_t> counts;
  for (uint32_t i = 0; i < sets && r.ok(); ++i) counts.push_back(skip_short_term_set(r, counts));
  if (!r.flag()) return;  // long_term_ref_pics_present_flag
  uint32_t long_term = r.ue(kLongTermPicturesMax);
  r.skip(static_cast<size_t>(long_term) * (log2_max_poc_lsb + 1));
}

void skip_coding_tools(BitReader& r) {
  for (int i = 0; i < 6; ++i) r.ue(32);             // block sizes and transform depths
  if (r.flag() && r.flag()) skip_scaling_lists(r);  // enabled, and in the SPS
  r.skip(2);                                        // amp, sample_adaptive_offset
  if (r.flag()) {                                   // pcm_enabled_flag
    r.skip(4 + 4);
    r.ue(32);
    r.ue(32);
    r.skip(1);
  }
}

// [ISO 23008-2 E.2.1], up to the timing.
media::Ratio read_vui_timing(BitReader& r) {
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
  r.skip(3);       // neutral_chroma_indication, field_seq, frame_field_info_present
  if (r.flag()) {  // default_display_window_flag
    for (int i = 0; i < 4; ++i) r.ue();
  }
  if (!r.flag()) return {};  // vui_timing_info_present_flag
  uint64_t units_in_tick = r.bits(32);
  uint64_t time_scale = r.bits(32);
  return r.ok() ? frame_rate_of(time_scale, units_in_tick) : media::Ratio{};
}

}  // namespace

media::Ratio read_frame_rate_of_tail(BitReader reader, uint32_t log2_max_poc_lsb) {
  skip_coding_tools(reader);
  skip_reference_sets(reader, log2_max_poc_lsb);
  reader.skip(2);  // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
  if (!reader.flag()) return {};
  return read_vui_timing(reader);
}

}  // namespace eyas::codec::h265
