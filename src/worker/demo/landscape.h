// The plan of the demo's country: a square that repeats in both directions. Metres; x to the east, y to the
// north, z up.
#pragma once

#include <cmath>
#include <vector>

#include "worker/demo/picture.h"

namespace eyas::worker::demo {

inline constexpr float kPeriod = 655.36f;    // the square's side
inline constexpr float kCrossingX = 300.0f;  // where the two main roads meet
inline constexpr float kCrossingY = 300.0f;
// Where the light comes from: a thing of height 1 throws its shadow to here.
inline constexpr float kShadowX = 0.75f;
inline constexpr float kShadowY = 0.55f;

// The shortest way from b to a on the repeating square. Both lie on it or less than half a square outside.
inline float wrapped(float a, float b) {
  float d = a - b;
  return d > kPeriod / 2 ? d - kPeriod : d < -kPeriod / 2 ? d + kPeriod : d;
}

struct Road {
  bool along_x = true;  // runs to the east, else to the north
  float across = 0;     // its y (or x)
  float from = 0;
  float to = kPeriod;
  float half_width = 5;
  bool marked = true;  // lane markings and pavements
};

struct House {
  float x, y;
  float length, width;  // along its ridge, and across
  float wall, ridge;    // heights above the ground
  bool along_x;
  Rgb roof, walls;
};

struct Tree {
  float x, y;
  float height, radius;
  int kind;  // which sprite
};

struct Landscape {
  Landscape();

  std::vector<Road> roads;
  std::vector<House> houses;
  std::vector<Tree> trees;

  // How far a point is from the middle of the river; below half its width is water.
  static float river_distance(float x, float y);
  static constexpr float kRiverHalfWidth = 24;
  // How far outside of the village's ground a point is; negative inside.
  static float village_distance(float x, float y);
  // How far a point is from the nearest road's edge; negative on it.
  float road_distance(float x, float y) const;

 private:
  void lay_roads();
  void build_houses();
  void plant_trees();
  void plant(float x, float y, uint32_t seed);
  bool free_for_house(float x, float y) const;
};

}  // namespace eyas::worker::demo
