// What fills the picture first: sky, far hills, and the ground in perspective.
#pragma once

#include <array>
#include <vector>

#include "worker/demo/camera.h"
#include "worker/demo/ground.h"
#include "worker/demo/noise.h"
#include "worker/demo/picture.h"

namespace eyas::worker::demo {

// The colour that far things turn to.
inline constexpr Rgb kHaze{196, 210, 222};

// Lives in the thread that draws.
class Backdrop {
 public:
  explicit Backdrop(const Landscape& landscape);
  void draw(const Camera& camera, const Picture& picture);

 private:
  static constexpr int kPanorama = 4096;  // columns around the horizon
  static constexpr int kSkyRows = 512;    // from the horizon up to kSkyTop

  // One row of ground: where its first pixel lies on the texture, in 1/2^32 of the square, and the step.
  struct Scan {
    uint32_t u, v, du, dv;
  };
  void paint_sky();
  void draw_sky(const Camera& camera, const Picture& picture, int rows);
  void draw_hills(const Camera& camera, const Picture& picture, int horizon);
  void draw_ground_row(const Camera& camera, const Picture& picture, int row);
  void ground_luma(const GroundLevel& level, Scan scan, const uint8_t* tone, uint8_t* out, int count) const;
  void ground_chroma(const GroundLevel& level, Scan scan, float haze, const Picture& picture, int row) const;

  Ground ground_;
  Noise noise_{11};
  std::vector<Yuv> sky_;
  std::array<std::array<float, kPanorama>, 2> hills_;  // tangent of each column's height above the horizon
};

}  // namespace eyas::worker::demo
