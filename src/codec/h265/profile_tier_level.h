// H.265 profile, tier and level [ISO 23008-2 7.3.3].
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "codec/bit_reader.h"

namespace eyas::codec::h265 {

struct ProfileTierLevel {
  uint8_t profile_space = 0;
  bool high_tier = false;
  uint8_t profile_idc = 0;
  uint32_t compatibility = 0;  // general_profile_compatibility_flag[0] is the most significant bit
  std::array<uint8_t, 6> constraints = {};  // progressive, interlaced, ... flags
  uint8_t level_idc = 0;                    // 30 x level

  // "hvc1.1.6.L93.B0" [ISO 14496-15 E.3].
  std::string codecs_string() const;
};

// Reads the general part; passes over those of the sub-layers.
ProfileTierLevel read_profile_tier_level(BitReader& reader, unsigned sub_layers_minus1);

}  // namespace eyas::codec::h265
