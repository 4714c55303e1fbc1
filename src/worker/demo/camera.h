// The drone's camera: a pinhole, kept level by its gimbal.
#pragma once

#include <cmath>
#include <optional>

namespace eyas::worker::demo {

struct Vec3 {
  float x = 0, y = 0, z = 0;
};
struct Point {
  float x = 0, y = 0;
};

struct Camera {
  double x = 0, y = 0;  // metres
  float height = 80;    // above the ground
  float yaw = 0;        // radians, clockwise from north
  float pitch = 0.3f;   // radians below the horizon
  int width = 0, height_px = 0;
  static constexpr float kFocalWidths = 0.72f;  // focal length in picture widths: 70 degrees across

  float focal() const { return kFocalWidths * static_cast<float>(width); }
  float horizon() const { return static_cast<float>(height_px) / 2 - focal() * std::tan(pitch); }

  // Metres in front of the camera, along its axis, of a point relative to the camera.
  float depth(Vec3 d) const { return forward(d) * std::cos(pitch) - d.z * std::sin(pitch); }
  // Where a point relative to the camera is in the picture; nullopt when it is behind or too near.
  std::optional<Point> project(Vec3 d) const {
    float z = depth(d);
    if (z < 2) return std::nullopt;
    float right = d.x * std::cos(yaw) - d.y * std::sin(yaw);
    float up = forward(d) * std::sin(pitch) + d.z * std::cos(pitch);
    return Point{static_cast<float>(width) / 2 + focal() * right / z,
                 static_cast<float>(height_px) / 2 - focal() * up / z};
  }

 private:
  float forward(Vec3 d) const { return d.x * std::sin(yaw) + d.y * std::cos(yaw); }
};

// How much of a thing so far away is lost in haze, 0..1.
inline float haze_at(float metres) {
  return 0.93f * (1 - std::exp(-metres / 1500.0f));
}

}  // namespace eyas::worker::demo
