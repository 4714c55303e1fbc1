// What stands and moves on the ground: houses, trees, cars, walkers.
#pragma once

#include <array>
#include <vector>

#include "worker/demo/camera.h"
#include "worker/demo/landscape.h"
#include "worker/demo/shapes.h"

namespace eyas::worker::demo {

// Lives in the thread that draws.
class Scenery {
 public:
  explicit Scenery(const Landscape& landscape);
  // `seconds` since the flight began says where everybody is.
  void draw(const Camera& camera, double seconds, Painter& painter);

 private:
  enum class Kind : uint8_t { kHouse, kTree, kCar, kWalker };
  struct Mover {
    size_t road;
    float offset;  // from the road's middle: the lane or the pavement
    float start, speed;
    Rgb colour;
    bool walker;
    bool van;
  };
  // A thing in sight, relative to the camera.
  struct Seen {
    Kind kind;
    float depth;
    float x, y;  // metres from the camera
    size_t index;
    bool along_x = false;
    float sign = 1;  // movers: direction
  };

  void add_movers();
  void collect(const Camera& camera, double seconds);
  void see(const Camera& camera, Seen thing, double x, double y, float size, float reach);
  void draw_house(const Camera& camera, const Seen& seen, Painter& painter) const;
  void draw_tree(const Camera& camera, const Seen& seen, Painter& painter) const;
  void draw_car(const Camera& camera, const Seen& seen, Painter& painter) const;
  void draw_walker(const Camera& camera, const Seen& seen, double seconds, Painter& painter) const;

  const Landscape& landscape_;
  std::array<Sprite, 3> tree_sprites_;
  std::vector<Mover> movers_;
  std::vector<Seen> seen_;
};

}  // namespace eyas::worker::demo
