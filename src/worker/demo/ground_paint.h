// What colour the ground has at each place: fields, water, roads, gardens. And the shadows that fall on it.
#pragma once

#include "worker/demo/landscape.h"
#include "worker/demo/noise.h"

namespace eyas::worker::demo {

// Immutable once made.
class GroundPaint {
 public:
  explicit GroundPaint(const Landscape& landscape) : landscape_(landscape) {}

  // The colour at a point of the square, without shadows.
  Rgb at(float x, float y) const;

 private:
  Rgb field(float x, float y) const;
  Rgb garden(float x, float y, Rgb field) const;
  Rgb river(float x, float y, Rgb bank) const;
  Rgb road(float x, float y, Rgb under) const;
  Rgb main_road(const Road& road, float along, float across, Rgb asphalt) const;

  const Landscape& landscape_;
  Noise noise_{7};
};

}  // namespace eyas::worker::demo
