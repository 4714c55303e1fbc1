#include "worker/demo/solid.h"

#include <array>
#include <cmath>

#include "worker/demo/backdrop.h"

namespace eyas::worker::demo {
namespace {

using Quad = std::array<Vec3, 4>;
constexpr size_t kCornersMax = 5;
// Metres: farther ones are too small to see.
constexpr float kWindowsUpTo = 420;
constexpr float kTilesUpTo = 260;
constexpr float kTilesFadeFrom = 150;

}  // namespace

Solid::Solid(const Camera& camera, Painter& painter, Vec3 foot, bool along_x)
    : camera_(camera),
      painter_(painter),
      foot_(foot),
      along_x_(along_x),
      haze_(haze_at(std::hypot(foot.x, foot.y))) {}

Vec3 Solid::place(Vec3 own) const {
  if (along_x_) return {foot_.x + own.x, foot_.y + own.y, foot_.z + own.z};
  return {foot_.x - own.y, foot_.y + own.x, foot_.z + own.z};
}

Rgb Solid::lit(Rgb colour, Vec3 normal) const {
  Vec3 n = along_x_ ? normal : Vec3{-normal.y, normal.x, normal.z};
  // Towards the sun: against the shadows.
  float x = -kShadowX, y = -kShadowY, z = 1;
  float light = std::max(0.0f, (n.x * x + n.y * y + n.z * z) / std::sqrt(x * x + y * y + z * z));
  return mix(colour * (0.5f + 0.58f * light), kHaze, haze_);
}

bool Solid::face(std::span<const Vec3> corners, Vec3 normal, Rgb colour) {
  std::array<Point, kCornersMax> points;
  Vec3 first = place(corners[0]);
  Vec3 n = along_x_ ? normal : Vec3{-normal.y, normal.x, normal.z};
  if (first.x * n.x + first.y * n.y + first.z * n.z >= 0) return false;
  for (size_t i = 0; i < corners.size(); ++i) {
    auto point = camera_.project(place(corners[i]));
    if (!point) return false;
    points[i] = *point;
  }
  painter_.polygon(std::span(points).first(corners.size()), lit(colour, normal).yuv());
  return true;
}

void Solid::windows(Vec3 left, Vec3 right, float wall) {
  if (std::hypot(foot_.x, foot_.y) > kWindowsUpTo) return;
  Yuv glass = mix(Rgb{66, 82, 98}, kHaze, haze_).yuv();
  float length = std::hypot(right.x - left.x, right.y - left.y);
  int columns = std::max(1, static_cast<int>(length / 3.2f));
  for (float sill = 1.0f; sill < wall - 1; sill += 2.7f) {
    for (int i = 0; i < columns; ++i) {
      float middle = (static_cast<float>(i) + 0.5f) / static_cast<float>(columns), half = 0.62f / length;
      std::array<Point, 4> corners;
      size_t n = 0;
      for (auto [t, z] : {std::pair{middle - half, sill},
                          {middle + half, sill},
                          {middle + half, sill + 1.3f},
                          {middle - half, sill + 1.3f}}) {
        auto point =
            camera_.project(place({left.x + (right.x - left.x) * t, left.y + (right.y - left.y) * t, z}));
        if (!point) return;
        corners[n++] = *point;
      }
      painter_.polygon(corners, glass);
    }
  }
}

void Solid::gable(float length, float width, float wall, float ridge, Rgb walls, Rgb roof) {
  float l = length / 2, w = width / 2, eave = 0.55f;
  for (float side : {-1.0f, 1.0f}) {
    Vec3 a{side * l, -w, 0}, b{side * l, w, 0}, c{side * l, w, wall}, d{side * l, 0, ridge},
        e{side * l, -w, wall};
    if (face(std::array{a, b, c, d, e}, {side, 0, 0}, walls)) windows(a, b, wall);
    Vec3 f{-l, side * w, 0}, g{l, side * w, 0}, h{l, side * w, wall}, i{-l, side * w, wall};
    if (face(std::array{f, g, h, i}, {0, side, 0}, walls)) windows(f, g, wall);
  }
  float rise = ridge - wall, drop = eave * rise / w, slope = std::hypot(w, rise);
  for (float side : {-1.0f, 1.0f}) {
    float x = l + eave, y = side * (w + eave), low = wall - drop;
    Vec3 normal{0, side * rise / slope, w / slope};
    Quad plane = {Vec3{-x, y, low}, {x, y, low}, {x, 0, ridge}, {-x, 0, ridge}};
    if (!face(plane, normal, roof)) continue;
    float far = std::hypot(foot_.x, foot_.y);
    if (far > kTilesUpTo) continue;
    float shade = 1 - 0.18f * std::min(1.0f, (kTilesUpTo - far) / (kTilesUpTo - kTilesFadeFrom));
    for (int line = 1; line < 6; ++line) {  // courses of tiles
      float t = static_cast<float>(line) / 6, thick = 0.035f;
      auto at = [&](float k, float sx) { return Vec3{sx * x, y * (1 - k), low + (ridge - low) * k}; };
      face(std::array{at(t - thick, -1), at(t - thick, 1), at(t + thick, 1), at(t + thick, -1)}, normal,
           roof * shade);
    }
  }
  auto from = camera_.project(place({-l - eave, 0, ridge})),
       to = camera_.project(place({l + eave, 0, ridge}));
  if (from && to)
    painter_.line(*from, *to, std::max(1.0f, camera_.focal() / std::hypot(foot_.x, foot_.y) * 0.22f),
                  mix(roof * 1.25f, kHaze, haze_).yuv(), 0.8f);
}

void Solid::box(Vec3 a, Vec3 b, Rgb colour) {
  face(Quad{Vec3{a.x, a.y, a.z}, {a.x, b.y, a.z}, {a.x, b.y, b.z}, {a.x, a.y, b.z}}, {-1, 0, 0}, colour);
  face(Quad{Vec3{b.x, a.y, a.z}, {b.x, b.y, a.z}, {b.x, b.y, b.z}, {b.x, a.y, b.z}}, {1, 0, 0}, colour);
  face(Quad{Vec3{a.x, a.y, a.z}, {b.x, a.y, a.z}, {b.x, a.y, b.z}, {a.x, a.y, b.z}}, {0, -1, 0}, colour);
  face(Quad{Vec3{a.x, b.y, a.z}, {b.x, b.y, a.z}, {b.x, b.y, b.z}, {a.x, b.y, b.z}}, {0, 1, 0}, colour);
  top({a.x, a.y, b.z}, b, colour);
}

void Solid::top(Vec3 a, Vec3 b, Rgb colour) {
  face(Quad{Vec3{a.x, a.y, b.z}, {b.x, a.y, b.z}, {b.x, b.y, b.z}, {a.x, b.y, b.z}}, {0, 0, 1}, colour);
}

void Solid::shadow(float length, float width, float height) {
  std::array<Point, 4> corners;
  float sx = kShadowX * height / 2, sy = kShadowY * height / 2;
  float half_x = (along_x_ ? length : width) / 2 + sx / 2, half_y = (along_x_ ? width : length) / 2 + sy / 2;
  size_t n = 0;
  for (auto [kx, ky] : {std::pair{-1.0f, -1.0f}, {1.0f, -1.0f}, {1.0f, 1.0f}, {-1.0f, 1.0f}}) {
    auto point = camera_.project({foot_.x + sx + kx * half_x, foot_.y + sy + ky * half_y, foot_.z});
    if (!point) return;
    corners[n++] = *point;
  }
  painter_.polygon(corners, Rgb{26, 30, 34}.yuv(), 0.55f * (1 - haze_));
}

}  // namespace eyas::worker::demo
