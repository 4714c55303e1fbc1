// The whole picture of one moment of the flight.
#pragma once

#include "worker/demo/backdrop.h"
#include "worker/demo/flight.h"
#include "worker/demo/hud.h"
#include "worker/demo/scenery.h"

namespace eyas::worker::demo {

// Lives in the thread that draws. Making one paints the country: some seconds of work.
class Scene {
 public:
  Scene(int width, int height);
  // `time` is written into the picture, for people and for machines.
  void draw(const FlightState& state, base::WallTime time, const Picture& picture);

 private:
  Landscape landscape_;
  Backdrop backdrop_;
  Scenery scenery_;
  Hud hud_;
};

}  // namespace eyas::worker::demo
