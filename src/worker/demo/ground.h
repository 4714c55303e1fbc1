// The ground as seen from straight above, with smaller copies of itself for what is far away.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/demo/landscape.h"

namespace eyas::worker::demo {

inline constexpr int kTexelBits = 12;
inline constexpr int kTexels = 1 << kTexelBits;
inline constexpr float kMetresPerTexel = kPeriod / kTexels;

// Square of `1 << bits` luma texels, and half as many of packed chroma (v << 8 | u). Rows are padded by
// repeated texels so that a reader of two neighbours needs no wrapping, and so that rows a texel apart do not
// meet in one cache set.
struct GroundLevel {
  int bits = 0;
  int pitch = 0;
  int uv_pitch = 0;
  std::vector<uint8_t> luma;
  std::vector<uint16_t> chroma;
};

// Immutable once painted.
class Ground {
 public:
  static constexpr int kLevels = 8;

  explicit Ground(const Landscape& landscape);

  const GroundLevel& level(int index) const { return levels_[static_cast<size_t>(index)]; }

 private:
  std::vector<GroundLevel> levels_;
};

}  // namespace eyas::worker::demo
