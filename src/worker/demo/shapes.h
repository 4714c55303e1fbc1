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
  // The columns of a row outside of which nothing is drawn.
  struct Extent {
    int from = 0, to = 0;
  };
  struct Size {
    int side = 0;
    std::vector<Texel> texels;
    std::vector<Extent> extents;  // of each row
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
  static constexpr size_t kSubRows = 4;  // of a row, for smooth edges

  struct Edge {
    float top, bottom;  // the rows that it crosses
    float x, slope;     // at its top, and per row
  };
  using Quarters [[gnu::vector_size(16)]] = float;
  struct Spans {
    Quarters left, right;
  };
  void polygon_row(std::span<const Edge> edges, int row, Yuv colour, unsigned alpha);
  Spans cut(std::span<const Edge> edges, int row) const;
  void cover(float left, float right, int solid_from, int solid_to);
  void sprite_row(const Sprite::Texel* texels, int side, int row, int x0, int x1, float left, float step,
                  Yuv far, unsigned hazy);
  void blend_edge(int row, int from, int to, Yuv colour, unsigned alpha);
  void fill(int row, int from, int to, Yuv colour, unsigned alpha);

  Picture picture_;
  std::vector<Edge> edges_;         // of the polygon drawn now
  std::vector<uint16_t> coverage_;  // of one row, 256 = whole; zero between calls
};

}  // namespace eyas::worker::demo
