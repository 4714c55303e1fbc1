// What colour the ground has at each place: fields, water, roads, gardens. And the shadows that fall on it.
#pragma once

#include <array>
#include <vector>

#include "worker/demo/landscape.h"
#include "worker/demo/noise.h"

namespace eyas::worker::demo {

// Immutable once made; thread-safe.
class GroundPaint {
 public:
  // Of all that lies on the fields, what may reach into a small square of ground: most have nothing of it.
  struct Nearby {
    bool river = false;
    bool village = false;
    std::vector<const House*> houses;
    std::vector<const Road*> roads;  // in the order in which they are painted
  };

  explicit GroundPaint(const Landscape& landscape);

  // Of the square that reaches `half` to all sides of (x, y). Metres.
  Nearby nearby(float x, float y, float half) const;
  // The colour at a point of the square, without shadows.
  Rgb at(float x, float y, const Nearby& nearby) const;

 private:
  static constexpr int kFieldColumns = 7;
  static constexpr int kFieldRows = 9;
  struct Crop;
  struct Field {
    const Crop* crop = nullptr;
    bool rows_along_y = false;
  };

  Rgb field(float x, float y) const;
  Rgb garden(float x, float y, const Nearby& nearby, Rgb field) const;
  Rgb river(float x, float y, Rgb bank) const;
  Rgb road(float x, float y, const Nearby& nearby, Rgb under) const;
  Rgb main_road(const Road& road, float along, float across, Rgb asphalt) const;

  const Landscape& landscape_;
  Noise noise_{7};
  std::array<std::array<Field, kFieldColumns + 1>, kFieldRows + 1> fields_;
  std::array<float, kFieldRows + 1> shifts_;  // of each row of fields to the east, metres
};

}  // namespace eyas::worker::demo
