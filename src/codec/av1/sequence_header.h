// AV1 sequence header OBU [AV1 5.5].
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "media/codec.h"

namespace eyas::codec::av1 {

struct ColorConfig {
  uint8_t bit_depth = 8;
  bool mono_chrome = false;
  bool subsampling_x = true;
  bool subsampling_y = true;
  uint8_t chroma_sample_position = 0;
  bool described = false;  // color_description_present_flag
  uint8_t primaries = 2;   // 2: unspecified
  uint8_t transfer = 2;
  uint8_t matrix = 2;
  bool full_range = false;
};

struct SequenceHeader {
  uint8_t profile = 0;
  uint8_t level_idx = 0;  // of operating point 0
  bool high_tier = false;
  bool still_picture = false;
  bool reduced_still_picture_header = false;
  uint32_t width = 0;  // max_frame_width_minus_1 + 1, pixels
  uint32_t height = 0;
  media::Ratio frame_rate;  // only when equal_picture_interval says so
  ColorConfig color;
};

// `payload` is the OBU's, without header and size. Errors: kMalformed, kLimit.
base::Result<SequenceHeader> parse_sequence_header(base::Bytes payload);

}  // namespace eyas::codec::av1
