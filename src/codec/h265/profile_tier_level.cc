#include "codec/h265/profile_tier_level.h"

#include <cstdio>

namespace eyas::codec::h265 {
namespace {

constexpr unsigned kSubLayerProfileBits = 88;
constexpr unsigned kSubLayerLevelBits = 8;

void skip_sub_layers(BitReader& reader, unsigned sub_layers_minus1) {
  if (sub_layers_minus1 == 0) return;
  std::array<bool, 8> profile = {};
  std::array<bool, 8> level = {};
  for (unsigned i = 0; i < 8; ++i) {  // those not there are reserved_zero_2bits
    profile[i] = reader.flag();
    level[i] = reader.flag();
  }
  for (unsigned i = 0; i < sub_layers_minus1 && i < 8; ++i) {
    if (profile[i]) reader.skip(kSubLayerProfileBits);
    if (level[i]) reader.skip(kSubLayerLevelBits);
  }
}

uint32_t reverse_bits(uint32_t value) {
  uint32_t reversed = 0;
  for (int i = 0; i < 32; ++i) reversed = reversed << 1 | (value >> i & 1);
  return reversed;
}

}  // namespace

ProfileTierLevel read_profile_tier_level(BitReader& reader, unsigned sub_layers_minus1) {
  ProfileTierLevel ptl;
  ptl.profile_space = static_cast<uint8_t>(reader.bits(2));
  ptl.high_tier = reader.flag();
  ptl.profile_idc = static_cast<uint8_t>(reader.bits(5));
  ptl.compatibility = reader.bits(32);
  for (uint8_t& byte : ptl.constraints) byte = static_cast<uint8_t>(reader.bits(8));
  ptl.level_idc = static_cast<uint8_t>(reader.bits(8));
  skip_sub_layers(reader, sub_layers_minus1);
  return ptl;
}

std::string ProfileTierLevel::codecs_string() const {
  char text[48];
  std::string out = "hvc1.";
  if (profile_space > 0) out += static_cast<char>('A' + profile_space - 1);
  std::snprintf(text, sizeof text, "%u.%X.%c%u", profile_idc, reverse_bits(compatibility),
                high_tier ? 'H' : 'L', level_idc);
  out += text;
  size_t count = constraints.size();
  while (count > 0 && constraints[count - 1] == 0) --count;
  for (size_t i = 0; i < count; ++i) {
    std::snprintf(text, sizeof text, ".%X", constraints[i]);
    out += text;
  }
  return out;
}

}  // namespace eyas::codec::h265
