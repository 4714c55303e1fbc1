// The picture being drawn: planar YUV 4:2:0, BT.709 limited range, in memory of the encoder's.
#pragma once

#include <algorithm>
#include <cstdint>

namespace eyas::worker::demo {

struct Yuv {
  uint8_t y = 16;
  uint8_t u = 128;
  uint8_t v = 128;
};

constexpr uint8_t to_byte(float value) {
  return static_cast<uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f));
}

// Red, green, blue of 0..255 each.
struct Rgb {
  float r = 0;
  float g = 0;
  float b = 0;

  constexpr Rgb operator*(float k) const { return {r * k, g * k, b * k}; }
  constexpr Rgb operator+(Rgb o) const { return {r + o.r, g + o.g, b + o.b}; }
  constexpr Yuv yuv() const {
    return {to_byte(16 + (0.2126f * r + 0.7152f * g + 0.0722f * b) * 219 / 255),
            to_byte(128 + (-0.1146f * r - 0.3854f * g + 0.5f * b) * 224 / 255),
            to_byte(128 + (0.5f * r - 0.4542f * g - 0.0458f * b) * 224 / 255)};
  }
};
constexpr Rgb mix(Rgb a, Rgb b, float t) {
  return a * (1 - t) + b * t;
}

// Width and height are even. Does not own its planes.
struct Picture {
  int width = 0;
  int height = 0;
  uint8_t* y = nullptr;
  uint8_t* u = nullptr;
  uint8_t* v = nullptr;
  int y_stride = 0;
  int uv_stride = 0;

  uint8_t* y_row(int row) const { return y + static_cast<std::ptrdiff_t>(row) * y_stride; }
  uint8_t* u_row(int row) const { return u + static_cast<std::ptrdiff_t>(row / 2) * uv_stride; }
  uint8_t* v_row(int row) const { return v + static_cast<std::ptrdiff_t>(row / 2) * uv_stride; }
};

// alpha 0..256
constexpr uint8_t blend(uint8_t under, uint8_t over, unsigned alpha) {
  return static_cast<uint8_t>((under * (256 - alpha) + over * alpha + 128) >> 8);
}

}  // namespace eyas::worker::demo
