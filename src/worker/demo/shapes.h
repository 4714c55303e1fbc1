// Small shapes drawn over the picture, with smooth edges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/demo/camera.h"
#include "worker/demo/picture.h"

namespace eyas::worker::demo {

// A picture with transparency, in several sizes; made once. Sizes are powers of two, the largest first.
struct Sprite {
  struct Texel {
    Yuv colour;
    uint8_t alpha = 0;
  };
  struct Size {
    int side = 0;
    std::vector<Texel> texels;
  };
  std::vector<Size> sizes;
};

// Draws over one picture. Lives in the thread that draws.
class Painter {
 public:
  explicit Painter(const Picture& picture);

  // A convex polygon, any winding; `alpha` 0..1.
  void polygon(std::span<const Point> corners, Yuv colour, float alpha = 1);
  void rectangle(float x, float y, float width, float height, Yuv colour, float alpha = 1);
  // A line `width` pixels wide.
  void line(Point from, Point to, float width, Yuv colour, float alpha = 1);
  // A sprite stretched over a rectangle, mixed with `far` by `haze` (0..1).
  void sprite(const Sprite& sprite, float x, float y, float width, float height, Yuv far, float haze);
  // Coverage (0..255) of `width` x `height` at a whole pixel.
  void mask(const uint8_t* coverage, int width, int height, int x, int y, Yuv colour, float alpha);

 private:
  void flush_row(int row, int from, int to, Yuv colour, unsigned alpha);

  Picture picture_;
  std::vector<uint16_t> coverage_;  // of one row, 256 = whole; zero between calls
};

}  // namespace eyas::worker::demo
