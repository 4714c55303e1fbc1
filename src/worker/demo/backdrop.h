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
  void draw_hill_row(const Picture& picture, int row, Yuv colour) const;
  void draw_ground_row(const Camera& camera, const Picture& picture, int row);
  void measure_columns(const Camera& camera);
  void sample_luma(const GroundLevel& level, Scan scan, int count);
  void sample_chroma(const GroundLevel& level, Scan scan, int count);

  Ground ground_;
  Noise noise_{11};
  std::vector<Yuv> sky_;
  std::array<std::array<float, kPanorama>, 2> hills_;  // tangent of each column's height above the horizon
  // Of the row, and of the hills, that are drawn now.
  std::vector<uint8_t> samples_, samples_v_;
  std::vector<uint16_t> upper_, lower_;  // two texels each
  std::vector<float> columns_;           // of the panorama, of each pixel's column from the picture's middle
  std::vector<int> tops_;                // in 1/256 of a row
};

}  // namespace eyas::worker::demo
