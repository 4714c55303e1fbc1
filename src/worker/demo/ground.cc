#include "worker/demo/ground.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "worker/demo/ground_paint.h"

namespace eyas::worker::demo {
namespace {

constexpr int kPadTexels = 64;
constexpr int kTile = 32;             // texels that are painted at a time
constexpr unsigned kPaintersMax = 4;  // each takes address space, which is limited

GroundLevel empty_level(int bits) {
  GroundLevel level;
  level.bits = bits;
  int size = 1 << bits;
  level.pitch = size + kPadTexels;
  level.uv_pitch = size / 2 + kPadTexels / 2;
  level.luma.resize(static_cast<size_t>(level.pitch) * static_cast<size_t>(size + 1));
  level.chroma.resize(static_cast<size_t>(level.uv_pitch) * static_cast<size_t>(size / 2));
  return level;
}

uint8_t& luma_at(GroundLevel& level, int x, int y) {
  return level.luma[static_cast<size_t>(y) * static_cast<size_t>(level.pitch) + static_cast<size_t>(x)];
}
uint16_t& chroma_at(GroundLevel& level, int x, int y) {
  return level.chroma[static_cast<size_t>(y) * static_cast<size_t>(level.uv_pitch) + static_cast<size_t>(x)];
}

void paint_tile(GroundLevel& level, const GroundPaint& paint, int left, int top) {
  constexpr float kHalf = kTile * kMetresPerTexel / 2;
  auto metres = [](int texel) { return (static_cast<float>(texel) + 0.5f) * kMetresPerTexel; };
  auto nearby = paint.nearby(static_cast<float>(left) * kMetresPerTexel + kHalf,
                             static_cast<float>(top) * kMetresPerTexel + kHalf, kHalf);
  for (int y = top; y < top + kTile; ++y) {
    for (int x = left; x < left + kTile; ++x) {
      Yuv colour = paint.at(metres(x), metres(y), nearby).yuv();
      luma_at(level, x, y) = colour.y;
      if (((x | y) & 1) == 0)
        chroma_at(level, x / 2, y / 2) = static_cast<uint16_t>(colour.v << 8 | colour.u);
    }
  }
}

// All cores paint: it is what a viewer waits for when the flight begins.
void paint(GroundLevel& level, const Landscape& landscape) {
  const GroundPaint paint(landscape);
  std::atomic<int> next_row = 0;
  auto work = [&] {
    for (int top = next_row.fetch_add(kTile); top < kTexels; top = next_row.fetch_add(kTile)) {
      for (int left = 0; left < kTexels; left += kTile) paint_tile(level, paint, left, top);
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < std::clamp(std::thread::hardware_concurrency(), 1u, kPaintersMax); ++i)
    others.emplace_back(work);
  work();
}

// Darkens (or tints, with `tint`) the texels that `strength` (0..1 of metres from the centre) names.
template <typename Strength>
void shade(GroundLevel& level, float x, float y, float reach, Strength strength) {
  int x0 = static_cast<int>((x - reach) / kMetresPerTexel),
      x1 = static_cast<int>((x + reach) / kMetresPerTexel);
  int y0 = static_cast<int>((y - reach) / kMetresPerTexel),
      y1 = static_cast<int>((y + reach) / kMetresPerTexel);
  for (int ty = y0; ty <= y1; ++ty) {
    for (int tx = x0; tx <= x1; ++tx) {
      float dark = strength((static_cast<float>(tx) + 0.5f) * kMetresPerTexel - x,
                            (static_cast<float>(ty) + 0.5f) * kMetresPerTexel - y);
      if (dark <= 0) continue;
      uint8_t& luma = luma_at(level, tx & (kTexels - 1), ty & (kTexels - 1));
      luma = to_byte(16 + static_cast<float>(luma - 16) * (1 - 0.52f * dark));
    }
  }
}

// A box throws the hull of its foot and its moved roof: approximated by sliding the foot along the light.
void shade_house(GroundLevel& level, const House& house) {
  float half_x = (house.along_x ? house.length : house.width) / 2;
  float half_y = (house.along_x ? house.width : house.length) / 2;
  float height = (house.wall + house.ridge) / 2;
  shade(level, house.x, house.y, 24, [&](float dx, float dy) {
    float nearest = 100;
    for (int step = 0; step <= 8; ++step) {
      float z = height * static_cast<float>(step) / 8;
      nearest = std::min(
          nearest, std::max(std::abs(dx - kShadowX * z) - half_x, std::abs(dy - kShadowY * z) - half_y));
    }
    return std::clamp(0.5f - nearest * 2, 0.0f, 1.0f);
  });
}

void shade_tree(GroundLevel& level, const Tree& tree) {
  float z = tree.height * 0.55f;
  shade(level, tree.x + kShadowX * z * 0.8f, tree.y + kShadowY * z * 0.8f, tree.radius * 2.2f,
        [&](float dx, float dy) {
          float along = (dx * kShadowX + dy * kShadowY) / std::hypot(kShadowX, kShadowY);
          float across = (dx * kShadowY - dy * kShadowX) / std::hypot(kShadowX, kShadowY);
          float ragged =
              0.25f * hash01(static_cast<uint32_t>(dx * 3 + 100), static_cast<uint32_t>(dy * 3 + 100));
          float reach = std::hypot(along / 1.5f, across) / tree.radius + ragged;
          return std::clamp((1.1f - reach) * 3, 0.0f, 1.0f);
        });
}

void pad(GroundLevel& level) {
  int size = 1 << level.bits;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < kPadTexels; ++x) luma_at(level, size + x, y) = luma_at(level, x & (size - 1), y);
  }
  for (int x = 0; x < level.pitch; ++x) luma_at(level, x, size) = luma_at(level, x, 0);
}

GroundLevel halved(GroundLevel& from) {
  GroundLevel to = empty_level(from.bits - 1);
  int size = 1 << to.bits;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      int sum = luma_at(from, 2 * x, 2 * y) + luma_at(from, 2 * x + 1, 2 * y) +
                luma_at(from, 2 * x, 2 * y + 1) + luma_at(from, 2 * x + 1, 2 * y + 1);
      luma_at(to, x, y) = static_cast<uint8_t>((sum + 2) / 4);
    }
  }
  for (int y = 0; y < size / 2; ++y) {
    for (int x = 0; x < size / 2; ++x) {
      int u = 0, v = 0;
      for (int i = 0; i < 4; ++i) {
        uint16_t uv = chroma_at(from, 2 * x + (i & 1), 2 * y + (i >> 1));
        u += uv & 255, v += uv >> 8;
      }
      chroma_at(to, x, y) = static_cast<uint16_t>((v + 2) / 4 << 8 | (u + 2) / 4);
    }
  }
  pad(to);
  return to;
}

}  // namespace

Ground::Ground(const Landscape& landscape) {
  levels_.reserve(kLevels);
  GroundLevel& finest = levels_.emplace_back(empty_level(kTexelBits));
  paint(finest, landscape);
  for (const House& house : landscape.houses) shade_house(finest, house);
  for (const Tree& tree : landscape.trees) shade_tree(finest, tree);
  pad(finest);
  while (levels_.size() < kLevels) levels_.push_back(halved(levels_.back()));
}

}  // namespace eyas::worker::demo
