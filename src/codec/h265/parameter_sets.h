// H.265 video, sequence and picture parameter sets [ISO 23008-2 7.3.2.1 to 7.3.2.3].
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/h265/profile_tier_level.h"
#include "media/codec.h"

namespace eyas::codec::h265 {

constexpr size_t kNalHeaderBytes = 2;

struct Vps {
  uint32_t id = 0;
  media::Ratio frame_rate;  // unknown when absent
};

struct Sps {
  uint32_t id = 0;
  uint32_t sub_layers = 1;  // sps_max_sub_layers_minus1 + 1
  bool temporal_id_nesting = false;
  ProfileTierLevel ptl;
  uint32_t chroma_format_idc = 1;
  uint32_t bit_depth_luma = 8;
  uint32_t bit_depth_chroma = 8;
  uint32_t width = 0;  // pixels after the conformance window
  uint32_t height = 0;
  uint32_t max_num_reorder_pics = 0;  // of the highest sub-layer
  media::Ratio frame_rate;            // from VUI timing; unknown when absent
};

struct Pps {
  uint32_t id = 0;
  uint32_t sps_id = 0;
  bool dependent_slice_segments = false;
  uint32_t extra_slice_header_bits = 0;
};

// `unit` is the NAL unit with its header. In an SPS everything after the reorder depth adds hints only (VUI
// timing): a break there leaves them unknown. Errors: kMalformed, kLimit.
base::Result<Vps> parse_vps(base::Bytes unit);
base::Result<Sps> parse_sps(base::Bytes unit);
base::Result<Pps> parse_pps(base::Bytes unit);

// The ids alone, for replacing sets in a record. Sets of other layers (nuh_layer_id) have none for us.
std::optional<uint32_t> vps_id(base::Bytes unit);
std::optional<uint32_t> sps_id(base::Bytes unit);
std::optional<uint32_t> pps_id(base::Bytes unit);

}  // namespace eyas::codec::h265
