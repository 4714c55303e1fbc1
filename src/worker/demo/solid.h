// Solid bodies with flat, lit faces, seen from above.
#pragma once

#include <span>

#include "worker/demo/camera.h"
#include "worker/demo/picture.h"
#include "worker/demo/shapes.h"

namespace eyas::worker::demo {

// Draws bodies that stand at one place, whose own x axis runs to the east or to the north.
class Solid {
 public:
  // `foot`: where the body stands, relative to the camera.
  Solid(const Camera& camera, Painter& painter, Vec3 foot, bool along_x);

  // A house: walls with windows under a roof with two slopes.
  void gable(float length, float width, float wall, float ridge, Rgb walls, Rgb roof);
  void box(Vec3 low, Vec3 high, Rgb colour);
  void top(Vec3 low, Vec3 high, Rgb colour);
  void shadow(float length, float width, float height);

 private:
  Vec3 place(Vec3 own) const;
  // A flat face when its outside is turned to us. `normal` in the body's own axes.
  bool face(std::span<const Vec3> corners, Vec3 normal, Rgb colour);
  void windows(Vec3 left, Vec3 right, float wall);
  Rgb lit(Rgb colour, Vec3 normal) const;

  const Camera& camera_;
  Painter& painter_;
  Vec3 foot_;
  bool along_x_;
  float haze_;
};

}  // namespace eyas::worker::demo
