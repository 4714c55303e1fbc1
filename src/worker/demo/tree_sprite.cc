#include "worker/demo/tree_sprite.h"

#include <array>

namespace eyas::worker::demo {
namespace {

constexpr int kSide = 128;
constexpr int kSmallest = 8;
constexpr uint32_t kClumps = 26;
constexpr std::array<Rgb, 3> kGreens = {Rgb{86, 118, 52}, Rgb{64, 98, 50}, Rgb{118, 132, 58}};

struct Leaf {
  float light = 0;
  bool inside = false;
};

// Clumps of leaves: spheres lit from the upper left, inside one large crown.
Leaf leaf_at(float x, float y, uint32_t kind) {
  Leaf leaf;
  float front = -1;
  for (uint32_t i = 0; i < kClumps; ++i) {
    float angle = 6.2832f * hash01(i, kind, 71), reach = 0.30f * std::sqrt(hash01(i, kind, 72));
    float cx = 0.5f + reach * std::cos(angle), cy = 0.44f + reach * 1.05f * std::sin(angle);
    float radius = 0.10f + 0.08f * hash01(i, kind, 73);
    float dx = (x - cx) / radius, dy = (y - cy) / radius;
    float inside = 1 - dx * dx - dy * dy;
    if (inside <= 0) continue;
    float z = std::sqrt(inside) * radius - 0.5f * (cy - 0.44f) * 0.2f + 0.1f * hash01(i, kind, 74);
    if (z < front) continue;
    front = z;
    float crown = (0.5f - x) * 0.75f + (0.44f - y) * 1.3f;
    leaf = {0.72f + 0.24f * (-0.6f * dx - 0.8f * dy) + 0.75f * crown, true};
  }
  return leaf;
}

Sprite::Texel texel_at(float x, float y, uint32_t kind) {
  Leaf leaf = leaf_at(x, y, kind);
  auto px = static_cast<uint32_t>(x * kSide), py = static_cast<uint32_t>(y * kSide);
  if (leaf.inside) {
    float grain = 0.78f + 0.44f * hash01(px / 2, py / 2, 75 + kind);
    return {(kGreens[kind] * (std::max(0.25f, leaf.light) * grain)).yuv(), 255};
  }
  bool trunk = std::abs(x - 0.5f) < 0.035f && y > 0.6f && y < 0.97f;
  return trunk ? Sprite::Texel{Rgb{70, 58, 46}.yuv(), 255} : Sprite::Texel{(kGreens[kind] * 0.5f).yuv(), 0};
}

// Each texel of the smaller one is the mean of four, its colour weighted by their alpha.
Sprite::Size halved(const Sprite::Size& from) {
  Sprite::Size to{from.side / 2, {}, {}};
  for (int y = 0; y < to.side; ++y) {
    for (int x = 0; x < to.side; ++x) {
      int alpha = 0, sum_y = 0, sum_u = 0, sum_v = 0;
      for (int i = 0; i < 4; ++i) {
        const auto& t = from.texels[static_cast<size_t>((2 * y + i / 2) * from.side + 2 * x + i % 2)];
        alpha += t.alpha, sum_y += t.alpha * t.colour.y, sum_u += t.alpha * t.colour.u,
            sum_v += t.alpha * t.colour.v;
      }
      int weight = std::max(alpha, 1);
      to.texels.push_back({{static_cast<uint8_t>(sum_y / weight), static_cast<uint8_t>(sum_u / weight),
                            static_cast<uint8_t>(sum_v / weight)},
                           static_cast<uint8_t>(alpha / 4)});
    }
  }
  return to;
}

void measure(Sprite::Size& size) {
  for (int y = 0; y < size.side; ++y) {
    const Sprite::Texel* row = &size.texels[static_cast<size_t>(y * size.side)];
    Sprite::Extent extent{size.side, 0};
    for (int x = 0; x < size.side; ++x) {
      if (row[x].alpha != 0) extent = {std::min(extent.from, x), x + 1};
    }
    size.extents.push_back(extent);
  }
}

}  // namespace

Sprite tree_sprite(uint32_t kind) {
  Sprite sprite;
  Sprite::Size largest{kSide, {}, {}};
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      largest.texels.push_back(
          texel_at((static_cast<float>(x) + 0.5f) / kSide, (static_cast<float>(y) + 0.5f) / kSide, kind));
    }
  }
  sprite.sizes.push_back(std::move(largest));
  while (sprite.sizes.back().side > kSmallest) sprite.sizes.push_back(halved(sprite.sizes.back()));
  for (auto& size : sprite.sizes) measure(size);
  return sprite;
}

}  // namespace eyas::worker::demo
