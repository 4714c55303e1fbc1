// H.264 sequence and picture parameter sets [ISO 14496-10 7.3.2.1, 7.3.2.2, E.1].
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "media/codec.h"

namespace eyas::codec::h264 {

constexpr uint32_t kSpsIdMax = 31;
constexpr uint32_t kPpsIdMax = 255;

struct Sps {
  uint8_t profile_idc = 0;
  uint8_t constraint_flags = 0;  // constraint_set0_flag is the most significant bit
  uint8_t level_idc = 0;
  uint32_t id = 0;
  uint32_t chroma_format_idc = 1;
  uint32_t bit_depth_luma = 8;
  uint32_t bit_depth_chroma = 8;
  uint32_t poc_type = 0;
  uint32_t max_num_ref_frames = 0;
  bool frame_mbs_only = true;
  uint32_t coded_width = 0;  // pixels, whole macroblocks
  uint32_t coded_height = 0;
  uint32_t width = 0;  // pixels after cropping
  uint32_t height = 0;
  media::Ratio frame_rate;                         // from VUI timing; unknown when absent
  std::optional<uint32_t> max_num_reorder_frames;  // from VUI bitstream_restriction

  // Frames that a decoder holds back: what VUI says, 0 where the profile or the POC type excludes reordering,
  // else the most that the level and the reference count allow (an estimate from above).
  uint8_t reorder_depth() const;
};

// `unit` is the NAL unit with its header. A broken VUI is passed over, since it adds hints only. Errors:
// kMalformed, kLimit.
base::Result<Sps> parse_sps(base::Bytes unit);

// The ids alone, for replacing sets in a record.
std::optional<uint32_t> sps_id(base::Bytes unit);
std::optional<uint32_t> pps_id(base::Bytes unit);

}  // namespace eyas::codec::h264
