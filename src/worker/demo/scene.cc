#include "worker/demo/scene.h"

#include "worker/demo/time_code.h"

namespace eyas::worker::demo {

Scene::Scene(int width, int height) : backdrop_(landscape_), scenery_(landscape_), hud_(width, height) {}

void Scene::draw(const FlightState& state, base::WallTime time, const Picture& picture) {
  Camera camera = camera_of(state, picture.width, picture.height);
  Painter painter(picture);
  backdrop_.draw(camera, picture);
  scenery_.draw(camera, state.seconds, painter);
  hud_.draw(state, time, painter);
  draw_time_code(time, picture);
}

}  // namespace eyas::worker::demo
