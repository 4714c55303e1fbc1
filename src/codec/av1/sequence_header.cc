#include "codec/av1/sequence_header.h"

#include <algorithm>

#include "codec/bit_reader.h"
#include "codec/frame_rate.h"
#include "codec/limits.h"

namespace eyas::codec::av1 {
namespace {

using base::Code;
using base::Error;

struct DecoderModel {
  bool present = false;
  uint32_t buffer_delay_bits = 0;
};

// timing_info and decoder_model_info [AV1 5.5.3, 5.5.4].
DecoderModel read_timing(BitReader& r, SequenceHeader& header) {
  DecoderModel model;
  if (!r.flag()) return model;  // timing_info_present_flag
  uint64_t units_in_tick = r.bits(32);
  uint64_t time_scale = r.bits(32);
  if (r.flag()) {  // equal_picture_interval
    uint64_t ticks_per_picture = static_cast<uint64_t>(r.uvlc()) + 1;
    bool fits = ticks_per_picture <= UINT32_MAX;
    if (r.ok() && fits) header.frame_rate = frame_rate_of(time_scale, units_in_tick * ticks_per_picture);
  }
  model.present = r.flag();
  if (!model.present) return model;
  model.buffer_delay_bits = r.bits(5) + 1;
  r.skip(32 + 5 + 5);
  return model;
}

void read_operating_points(BitReader& r, SequenceHeader& header) {
  DecoderModel model = read_timing(r, header);
  bool display_delay = r.flag();  // initial_display_delay_present_flag
  uint32_t points = r.bits(5) + 1;
  for (uint32_t i = 0; i < points && r.ok(); ++i) {
    constexpr uint32_t kLevelWithoutTierMax = 7;
    r.skip(12);  // operating_point_idc
    uint32_t level = r.bits(5);
    bool tier = level > kLevelWithoutTierMax && r.flag();
    if (i == 0) {
      header.level_idx = static_cast<uint8_t>(level);
      header.high_tier = tier;
    }
    if (model.present && r.flag()) r.skip(2 * model.buffer_delay_bits + 1);
    if (display_delay && r.flag()) r.skip(4);
  }
}

// The tools between the frame size and the color configuration.
void skip_tools(BitReader& r, bool reduced) {
  constexpr uint32_t kSelect = 2;
  r.skip(3);  // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
  if (!reduced) {
    r.skip(4);  // interintra, masked compound, warped motion, dual filter
    bool order_hint = r.flag();
    if (order_hint) r.skip(2);  // jnt_comp, ref_frame_mvs
    uint32_t screen_content = r.flag() ? kSelect : r.bits(1);
    if (screen_content > 0 && !r.flag()) r.skip(1);  // seq_choose_integer_mv, seq_force_integer_mv
    if (order_hint) r.skip(3);
  }
  r.skip(3);  // superres, cdef, restoration
}

void read_subsampling(BitReader& r, uint8_t profile, ColorConfig& color) {
  color.subsampling_x = profile != 1;
  color.subsampling_y = profile == 0;
  if (profile == 2 && color.bit_depth == 12) {
    color.subsampling_x = r.flag();
    color.subsampling_y = color.subsampling_x && r.flag();
  }
  if (color.subsampling_x && color.subsampling_y)
    color.chroma_sample_position = static_cast<uint8_t>(r.bits(2));
}

// [AV1 5.5.2]
void read_color(BitReader& r, uint8_t profile, ColorConfig& color) {
  constexpr uint8_t kBt709 = 1, kSrgb = 13, kIdentity = 0;
  bool high_bit_depth = r.flag();
  color.bit_depth = high_bit_depth ? 10 : 8;
  if (profile == 2 && high_bit_depth && r.flag()) color.bit_depth = 12;
  color.mono_chrome = profile != 1 && r.flag();
  color.described = r.flag();
  if (color.described) {
    color.primaries = static_cast<uint8_t>(r.bits(8));
    color.transfer = static_cast<uint8_t>(r.bits(8));
    color.matrix = static_cast<uint8_t>(r.bits(8));
  }
  if (!color.mono_chrome && color.primaries == kBt709 && color.transfer == kSrgb &&
      color.matrix == kIdentity) {
    color.full_range = true;
    color.subsampling_x = color.subsampling_y = false;
    return;
  }
  color.full_range = r.flag();
  if (!color.mono_chrome) read_subsampling(r, profile, color);
}

}  // namespace

base::Result<SequenceHeader> parse_sequence_header(base::Bytes payload) {
  constexpr uint8_t kProfileMax = 2;
  BitReader r(payload);
  SequenceHeader header;
  header.profile = static_cast<uint8_t>(r.bits(3));
  header.still_picture = r.flag();
  header.reduced_still_picture_header = r.flag();
  if (header.reduced_still_picture_header) {
    header.level_idx = static_cast<uint8_t>(r.bits(5));
  } else {
    read_operating_points(r, header);
  }
  uint32_t width_bits = r.bits(4) + 1;
  uint32_t height_bits = r.bits(4) + 1;
  header.width = r.bits(width_bits) + 1;
  header.height = r.bits(height_bits) + 1;
  if (!header.reduced_still_picture_header && r.flag()) r.skip(4 + 3);  // frame id lengths
  skip_tools(r, header.reduced_still_picture_header);
  read_color(r, header.profile, header.color);
  if (!r.ok() || header.profile > kProfileMax) {
    return Error{Code::kMalformed, "av1 sequence header: a field is missing or out of range", {}};
  }
  if (std::max(header.width, header.height) > kPictureSideMax) {
    return Error{Code::kLimit, "av1 sequence header: picture too large", {}};
  }
  return header;
}

}  // namespace eyas::codec::av1
