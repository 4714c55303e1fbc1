#include "worker/demo/shapes.h"

#include <array>
#include <cmath>
#include <cstring>
#include <utility>

namespace eyas::worker::demo {
Painter::Painter(const Picture& picture)
    : picture_(picture), coverage_(static_cast<size_t>(picture.width) + 2) {}

void Painter::blend_edge(int row, int from, int to, Yuv colour, unsigned alpha) {
  uint8_t* y = picture_.y_row(row);
  for (int x = from; x <= to; ++x)
    y[x] = blend(y[x], colour.y, coverage_[static_cast<size_t>(x)] * alpha >> 8);
  if ((row & 1) == 0) {
    uint8_t *u = picture_.u_row(row), *v = picture_.v_row(row);
    for (int x = (from + 1) & ~1; x <= to; x += 2) {
      unsigned a = coverage_[static_cast<size_t>(x)] * alpha >> 8;
      u[x / 2] = blend(u[x / 2], colour.u, a);
      v[x / 2] = blend(v[x / 2], colour.v, a);
    }
  }
  std::fill(coverage_.begin() + from, coverage_.begin() + to + 1, uint16_t{0});
}

void Painter::fill(int row, int from, int to, Yuv colour, unsigned alpha) {
  uint8_t* y = picture_.y_row(row);
  int first = (from + 1) / 2, last = to / 2;  // of the chroma samples that lie on pixels of ours
  auto chroma = static_cast<size_t>((row & 1) == 0 && last >= first ? last - first + 1 : 0);
  uint8_t *u = picture_.u_row(row) + first, *v = picture_.v_row(row) + first;
  if (alpha >= 256) {
    std::memset(y + from, colour.y, static_cast<size_t>(to - from + 1));
    std::memset(u, colour.u, chroma);
    std::memset(v, colour.v, chroma);
    return;
  }
  for (int x = from; x <= to; ++x) y[x] = blend(y[x], colour.y, alpha);
  for (size_t i = 0; i < chroma; ++i)
    u[i] = blend(u[i], colour.u, alpha), v[i] = blend(v[i], colour.v, alpha);
}

// The parts of a row's quarters that lie inside, in pixels; all quarters at once.
Painter::Spans Painter::cut(std::span<const Edge> edges, int row) const {
  constexpr Quarters kFar = {1e9f, 1e9f, 1e9f, 1e9f};
  constexpr Quarters kMiddles = {0.125f, 0.375f, 0.625f, 0.875f};
  const Quarters y = static_cast<float>(row) + kMiddles;
  Quarters left = kFar, right = -kFar;
  for (const Edge& edge : edges) {
    Quarters x = edge.x + (y - edge.top) * edge.slope;
    auto crosses = y >= edge.top && y < edge.bottom;
    Quarters l = crosses ? x : kFar, r = crosses ? x : -kFar;
    left = l < left ? l : left;
    right = r > right ? r : right;
  }
  const Quarters none = {}, limit = none + (static_cast<float>(picture_.width) - 0.01f);
  left = left < none ? none : left, right = right < none ? none : right;
  return {left > limit ? limit : left, right > limit ? limit : right};
}

// Adds a quarter of a row to the coverage, where no pixel between `solid_from` and `solid_to` needs it.
void Painter::cover(float left, float right, int solid_from, int solid_to) {
  constexpr float kWhole = 256.0f / kSubRows;
  int l = static_cast<int>(left), r = static_cast<int>(right);
  auto add = [&](int x, float part) {
    coverage_[static_cast<size_t>(x)] += static_cast<uint16_t>(part * kWhole);
  };
  if (l == r) {
    add(l, right - left);
    return;
  }
  add(l, static_cast<float>(l + 1) - left);
  for (int x = l + 1; x < r; ++x) {
    if (x == solid_from) x = solid_to + 1;
    if (x < r) add(x, 1);
  }
  add(r, right - static_cast<float>(r));
}

void Painter::polygon_row(std::span<const Edge> edges, int row, Yuv colour, unsigned alpha) {
  const Spans spans = cut(edges, row);
  int from = picture_.width, to = -1, solid_from = 0, solid_to = picture_.width;
  for (size_t i = 0; i < kSubRows; ++i) {
    if (spans.right[i] <= spans.left[i]) {
      solid_to = -1;
      continue;
    }
    int l = static_cast<int>(spans.left[i]), r = static_cast<int>(spans.right[i]);
    from = std::min(from, l), to = std::max(to, r);
    solid_from = std::max(solid_from, l + 1), solid_to = std::min(solid_to, r - 1);
  }
  if (to < from) return;
  bool solid = solid_to >= solid_from;
  if (!solid) solid_from = solid_to = -1;
  for (size_t i = 0; i < kSubRows; ++i) {
    if (spans.right[i] > spans.left[i]) cover(spans.left[i], spans.right[i], solid_from, solid_to);
  }
  if (!solid) {
    blend_edge(row, from, to, colour, alpha);
    return;
  }
  blend_edge(row, from, solid_from - 1, colour, alpha);
  fill(row, solid_from, solid_to, colour, alpha);
  blend_edge(row, solid_to + 1, to, colour, alpha);
}

void Painter::polygon(std::span<const Point> corners, Yuv colour, float alpha) {
  float top = 1e9f, bottom = -1e9f;
  edges_.clear();
  for (size_t i = 0; i < corners.size(); ++i) {
    Point a = corners[i], b = corners[i + 1 == corners.size() ? 0 : i + 1];
    if (a.y > b.y) std::swap(a, b);
    top = std::min(top, a.y), bottom = std::max(bottom, b.y);
    if (a.y < b.y) edges_.push_back({a.y, b.y, a.x, (b.x - a.x) / (b.y - a.y)});
  }
  int first = std::max(0, static_cast<int>(std::floor(top)));
  int last = std::min(picture_.height - 1, static_cast<int>(std::floor(bottom)));
  auto strength = static_cast<unsigned>(alpha * 256);
  for (int row = first; row <= last; ++row) polygon_row(edges_, row, colour, strength);
}

void Painter::rectangle(float x, float y, float width, float height, Yuv colour, float alpha) {
  std::array<Point, 4> corners = {Point{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}};
  polygon(corners, colour, alpha);
}

void Painter::line(Point a, Point b, float width, Yuv colour, float alpha) {
  float length = std::hypot(b.x - a.x, b.y - a.y);
  if (length < 1e-3f) return;
  float nx = -(b.y - a.y) / length * width / 2, ny = (b.x - a.x) / length * width / 2;
  std::array<Point, 4> corners = {
      Point{a.x + nx, a.y + ny}, {b.x + nx, b.y + ny}, {b.x - nx, b.y - ny}, {a.x - nx, a.y - ny}};
  polygon(corners, colour, alpha);
}

void Painter::sprite(const Sprite& sprite, float left, float top, float width, float height, Yuv far,
                     float haze) {
  const Sprite::Size* size = &sprite.sizes.front();
  for (const auto& smaller : sprite.sizes) {
    if (static_cast<float>(smaller.side) >= width) size = &smaller;
  }
  int y0 = std::max(0, static_cast<int>(top)), y1 = std::min(picture_.height, static_cast<int>(top + height));
  float step_x = static_cast<float>(size->side) / width, step_y = static_cast<float>(size->side) / height;
  auto hazy = static_cast<unsigned>(haze * 256);
  for (int row = y0; row < y1; ++row) {
    auto sy = static_cast<size_t>(
        std::clamp(static_cast<int>((static_cast<float>(row) - top) * step_y), 0, size->side - 1));
    const Sprite::Extent& extent = size->extents[sy];
    int x0 = std::max(0, static_cast<int>(std::ceil(left + static_cast<float>(extent.from) / step_x)));
    int x1 = std::min(picture_.width, static_cast<int>(left + static_cast<float>(extent.to) / step_x));
    sprite_row(size->texels.data() + sy * static_cast<size_t>(size->side), size->side, row, x0, x1, left,
               step_x, far, hazy);
  }
}

void Painter::sprite_row(const Sprite::Texel* texels, int side, int row, int x0, int x1, float left,
                         float step, Yuv far, unsigned hazy) {
  // The last texel is not passed, whatever the rounding.
  auto at = [&](int x) { return static_cast<int>((static_cast<float>(x) - left) * step * 65536); };
  const int fixed_step = static_cast<int>(step * 65536), last = side - 1;
  uint8_t* y = picture_.y_row(row);
  int sx = at(x0);
  for (int x = x0; x < x1; ++x, sx += fixed_step) {
    const Sprite::Texel& texel = texels[std::min(sx >> 16, last)];
    y[x] = blend(y[x], blend(texel.colour.y, far.y, hazy), texel.alpha + (texel.alpha >> 7));
  }
  if ((row & 1) != 0) return;
  uint8_t *u = picture_.u_row(row), *v = picture_.v_row(row);
  x0 = (x0 + 1) & ~1;
  sx = at(x0);
  for (int x = x0; x < x1; x += 2, sx += 2 * fixed_step) {
    const Sprite::Texel& texel = texels[std::min(sx >> 16, last)];
    unsigned alpha = texel.alpha + (texel.alpha >> 7);
    u[x / 2] = blend(u[x / 2], blend(texel.colour.u, far.u, hazy), alpha);
    v[x / 2] = blend(v[x / 2], blend(texel.colour.v, far.v, hazy), alpha);
  }
}

void Painter::mask(const uint8_t* coverage, int width, int height, int left, int top, Yuv colour,
                   float alpha) {
  auto strength = static_cast<unsigned>(alpha * 257);
  for (int row = std::max(0, top); row < std::min(picture_.height, top + height); ++row) {
    const uint8_t* covered = coverage + static_cast<std::ptrdiff_t>(row - top) * width;
    uint8_t *y = picture_.y_row(row), *u = picture_.u_row(row), *v = picture_.v_row(row);
    for (int x = std::max(0, left); x < std::min(picture_.width, left + width); ++x) {
      unsigned a = covered[x - left] * strength >> 8;
      if (a == 0) continue;
      y[x] = blend(y[x], colour.y, a);
      if (((x | row) & 1) == 0)
        u[x / 2] = blend(u[x / 2], colour.u, a), v[x / 2] = blend(v[x / 2], colour.v, a);
    }
  }
}

}  // namespace eyas::worker::demo
