#include "worker/demo/shapes.h"

#include <array>
#include <cmath>

namespace eyas::worker::demo {
namespace {

constexpr int kSubRows = 4;

}  // namespace

Painter::Painter(const Picture& picture)
    : picture_(picture), coverage_(static_cast<size_t>(picture.width) + 2) {}

void Painter::flush_row(int row, int from, int to, Yuv colour, unsigned alpha) {
  uint8_t* y = picture_.y_row(row);
  for (int x = from; x <= to; ++x)
    y[x] = blend(y[x], colour.y, coverage_[static_cast<size_t>(x)] * alpha >> 8);
  if ((row & 1) == 0) {
    uint8_t *u = picture_.u_row(row), *v = picture_.v_row(row);
    for (int x = from & ~1; x <= to; x += 2) {
      unsigned a = (coverage_[static_cast<size_t>(x)] + coverage_[static_cast<size_t>(x) + 1]) * alpha >> 9;
      u[x / 2] = blend(u[x / 2], colour.u, a);
      v[x / 2] = blend(v[x / 2], colour.v, a);
    }
  }
  std::fill(coverage_.begin() + (from & ~1), coverage_.begin() + to + 2, uint16_t{0});
}

void Painter::polygon(std::span<const Point> corners, Yuv colour, float alpha) {
  float top = 1e9f, bottom = -1e9f;
  for (Point p : corners) top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  int first = std::max(0, static_cast<int>(std::floor(top)));
  int last = std::min(picture_.height - 1, static_cast<int>(std::floor(bottom)));
  auto limit = static_cast<float>(picture_.width);
  for (int row = first; row <= last; ++row) {
    int from = picture_.width, to = -1;
    for (int sub = 0; sub < kSubRows; ++sub) {
      float y = static_cast<float>(row) + (static_cast<float>(sub) + 0.5f) / kSubRows;
      float left = 1e9f, right = -1e9f;
      for (size_t i = 0; i < corners.size(); ++i) {
        Point a = corners[i], b = corners[(i + 1) % corners.size()];
        if ((a.y <= y) == (b.y <= y)) continue;
        float x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
        left = std::min(left, x), right = std::max(right, x);
      }
      left = std::clamp(left, 0.0f, limit - 0.01f), right = std::clamp(right, 0.0f, limit - 0.01f);
      if (right <= left) continue;
      int l = static_cast<int>(left), r = static_cast<int>(right);
      from = std::min(from, l), to = std::max(to, r);
      constexpr float kWhole = 256.0f / kSubRows;
      auto add = [&](int x, float part) {
        coverage_[static_cast<size_t>(x)] += static_cast<uint16_t>(part * kWhole);
      };
      if (l == r) {
        add(l, right - left);
        continue;
      }
      add(l, static_cast<float>(l + 1) - left);
      for (int x = l + 1; x < r; ++x) add(x, 1);
      add(r, right - static_cast<float>(r));
    }
    if (to >= from) flush_row(row, from, to, colour, static_cast<unsigned>(alpha * 256));
  }
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
  int x0 = std::max(0, static_cast<int>(left)), x1 = std::min(picture_.width, static_cast<int>(left + width));
  int y0 = std::max(0, static_cast<int>(top)), y1 = std::min(picture_.height, static_cast<int>(top + height));
  auto step_x = static_cast<int>(static_cast<float>(size->side) * 65536 / width);
  float step_y = static_cast<float>(size->side) / height;
  auto hazy = static_cast<unsigned>(haze * 256);
  for (int row = y0; row < y1; ++row) {
    int sy = std::clamp(static_cast<int>((static_cast<float>(row) - top) * step_y), 0, size->side - 1);
    const Sprite::Texel* texels = &size->texels[static_cast<size_t>(sy * size->side)];
    uint8_t *y = picture_.y_row(row), *u = picture_.u_row(row), *v = picture_.v_row(row);
    int sx = static_cast<int>((static_cast<float>(x0) - left) * static_cast<float>(step_x));
    for (int x = x0; x < x1; ++x, sx += step_x) {
      const Sprite::Texel& texel = texels[std::clamp(sx >> 16, 0, size->side - 1)];
      if (texel.alpha == 0) continue;
      unsigned alpha = texel.alpha + (texel.alpha >> 7);
      y[x] = blend(y[x], blend(texel.colour.y, far.y, hazy), alpha);
      if (((x | row) & 1) != 0) continue;
      u[x / 2] = blend(u[x / 2], blend(texel.colour.u, far.u, hazy), alpha);
      v[x / 2] = blend(v[x / 2], blend(texel.colour.v, far.v, hazy), alpha);
    }
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
