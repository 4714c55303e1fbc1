// The part of an H.265 SPS between the reorder depth and the VUI timing, which must be walked to reach the
// latter.
#pragma once

#include <cstdint>

#include "codec/bit_reader.h"
#include "media/codec.h"

namespace eyas::codec::h265 {

// `reader` stands at log2_min_luma_coding_block_size_minus3 [ISO 23008-2 7.3.2.2.1]. Gives the rate of VUI
// timing; unknown when there is none and when something before it is broken.
media::Ratio read_frame_rate_of_tail(BitReader reader, uint32_t log2_max_poc_lsb);

}  // namespace eyas::codec::h265
