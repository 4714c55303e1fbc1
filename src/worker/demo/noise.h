// Smooth repeating noise from a table, and small hashes: the grain of everything that grows.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace eyas::worker::demo {

constexpr uint32_t hash(uint32_t a, uint32_t b = 0, uint32_t c = 0) {
  uint32_t h = a * 0x9e3779b1u ^ b * 0x85ebca77u ^ c * 0xc2b2ae3du;
  h = (h ^ (h >> 15)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12)) * 0x297a2d39u;
  return h ^ (h >> 15);
}
// 0..1
constexpr float hash01(uint32_t a, uint32_t b = 0, uint32_t c = 0) {
  return static_cast<float>(hash(a, b, c) >> 8) / 16777216.0f;
}

// Fractal noise of 0..1 that repeats after `kSize` in both directions. Immutable once made.
class Noise {
 public:
  static constexpr int kSize = 512;

  explicit Noise(uint32_t seed) : values_(kSize * kSize) {
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) values_[static_cast<size_t>(y * kSize + x)] = fractal(x, y, seed);
    }
  }
  // Nearest entry; coordinates are not negative.
  float at(float x, float y) const {
    auto ix = static_cast<unsigned>(x) & (kSize - 1);
    auto iy = static_cast<unsigned>(y) & (kSize - 1);
    return values_[iy * kSize + ix];
  }

 private:
  static float fractal(int x, int y, uint32_t seed) {
    float sum = 0, weight = 0.5f;
    for (int cell = 64; cell >= 1; cell /= 4, weight *= 0.55f) sum += weight * value(x, y, cell, seed);
    return sum;
  }
  static float value(int x, int y, int cell, uint32_t seed) {
    int n = kSize / cell, x0 = x / cell, y0 = y / cell;
    float fx = ease(static_cast<float>(x % cell) / static_cast<float>(cell));
    float fy = ease(static_cast<float>(y % cell) / static_cast<float>(cell));
    auto corner = [&](int cx, int cy) {
      return hash01(static_cast<uint32_t>(cx % n), static_cast<uint32_t>(cy % n),
                    seed + static_cast<uint32_t>(cell));
    };
    float top = corner(x0, y0) * (1 - fx) + corner(x0 + 1, y0) * fx;
    float bottom = corner(x0, y0 + 1) * (1 - fx) + corner(x0 + 1, y0 + 1) * fx;
    return top * (1 - fy) + bottom * fy;
  }
  static float ease(float t) { return t * t * (3 - 2 * t); }

  std::vector<float> values_;
};

}  // namespace eyas::worker::demo
