// What a pilot reads over the picture.
#pragma once

#include <string>

#include "base/time.h"
#include "worker/demo/flight.h"
#include "worker/demo/lettering.h"
#include "worker/demo/shapes.h"

namespace eyas::worker::demo {

// Lives in the thread that draws.
class Hud {
 public:
  Hud(int width, int height);
  void draw(const FlightState& state, base::WallTime time, Painter& painter) const;

 private:
  void crosshair(Painter& painter) const;
  void heading_tape(const FlightState& state, Painter& painter) const;
  // A box with a number, and what it is.
  void gauge(Painter& painter, float x, const char* name, const std::string& value, const char* unit) const;
  void gimbal_scale(const FlightState& state, Painter& painter) const;
  void corners(const FlightState& state, base::WallTime time, Painter& painter) const;
  void battery(const FlightState& state, Painter& painter) const;

  float width_, height_, unit_;  // unit: a pixel of a picture 1080 high
  Lettering small_, medium_, large_;
};

}  // namespace eyas::worker::demo
