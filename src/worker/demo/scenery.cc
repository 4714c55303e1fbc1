#include "worker/demo/scenery.h"

#include "worker/demo/backdrop.h"
#include "worker/demo/noise.h"
#include "worker/demo/solid.h"
#include "worker/demo/tree_sprite.h"

namespace eyas::worker::demo {
namespace {

constexpr float kTreeReach = 620;  // metres up to which each kind is drawn
constexpr float kHouseReach = 900;
constexpr float kCarReach = 520;
constexpr float kWalkerReach = 330;

constexpr std::array<Rgb, 8> kPaints = {Rgb{236, 236, 236}, Rgb{40, 42, 46},  Rgb{170, 174, 178},
                                        Rgb{176, 44, 40},   Rgb{46, 84, 150}, Rgb{90, 94, 98},
                                        Rgb{224, 224, 228}, Rgb{60, 110, 92}};
constexpr std::array<Rgb, 6> kClothes = {Rgb{196, 60, 56}, Rgb{58, 92, 160},  Rgb{230, 220, 200},
                                         Rgb{70, 120, 84}, Rgb{230, 180, 70}, Rgb{60, 60, 70}};

}  // namespace

Scenery::Scenery(const Landscape& landscape) : landscape_(landscape) {
  for (size_t i = 0; i < tree_sprites_.size(); ++i) tree_sprites_[i] = tree_sprite(static_cast<uint32_t>(i));
  add_movers();
}

void Scenery::add_movers() {
  for (uint32_t i = 0; i < 44; ++i) {
    float way = i % 2 == 0 ? 1.0f : -1.0f;
    float lane = i % 4 < 2 ? 1.5f : 4.2f;
    size_t road = (i / 4) % 2;
    // Traffic keeps to the right: eastwards on the south side, northwards on the east side.
    float side = landscape_.roads[road].along_x ? -way : way;
    float speed = lane < 2 ? 13.5f : 11.0f;
    movers_.push_back({road, side * lane, kPeriod * (static_cast<float>(i / 8) + 0.6f * hash01(i, 51)) / 5.5f,
                       way * speed, kPaints[hash(i, 52) % kPaints.size()], false, hash(i, 53) % 5 == 0});
  }
  for (uint32_t i = 0; i < 60; ++i) {
    float way = hash(i, 61) % 2 == 0 ? 1.0f : -1.0f;
    float side = hash(i, 62) % 2 == 0 ? 1.0f : -1.0f;
    size_t road = hash(i, 63) % 2;
    float start = (road == 0 ? kCrossingX : kCrossingY) + 260 * (hash01(i, 64) - 0.5f);
    movers_.push_back({road, side * (6.4f + 1.2f * hash01(i, 65)), start, way * (1.1f + 0.5f * hash01(i, 66)),
                       kClothes[hash(i, 67) % kClothes.size()], true, false});
  }
}

void Scenery::see(const Camera& camera, Seen thing, double x, double y, float size, float reach) {
  float sine = std::sin(camera.yaw), cosine = std::cos(camera.yaw);
  float base_x = wrapped(static_cast<float>(x - camera.x), 0),
        base_y = wrapped(static_cast<float>(y - camera.y), 0);
  int copies = reach > kPeriod / 2 ? 1 : 0;
  for (int i = -copies; i <= copies; ++i) {
    for (int j = -copies; j <= copies; ++j) {
      float dx = base_x + static_cast<float>(i) * kPeriod, dy = base_y + static_cast<float>(j) * kPeriod;
      float ahead = dx * sine + dy * cosine, aside = dx * cosine - dy * sine;
      if (ahead < 10 || ahead > reach) continue;
      if (std::abs(aside) > ahead * 0.5f / Camera::kFocalWidths + camera.height * 0.3f + size) continue;
      thing.x = dx, thing.y = dy;
      thing.depth = ahead;
      seen_.push_back(thing);
    }
  }
}

void Scenery::collect(const Camera& camera, double seconds) {
  seen_.clear();
  for (size_t i = 0; i < landscape_.houses.size(); ++i) {
    const House& house = landscape_.houses[i];
    see(camera, {Kind::kHouse, 0, 0, 0, i}, house.x, house.y, 12, kHouseReach);
  }
  for (size_t i = 0; i < landscape_.trees.size(); ++i) {
    const Tree& tree = landscape_.trees[i];
    see(camera, {Kind::kTree, 0, 0, 0, i}, tree.x, tree.y, 5, kTreeReach);
  }
  for (size_t i = 0; i < movers_.size(); ++i) {
    const Mover& mover = movers_[i];
    const Road& road = landscape_.roads[mover.road];
    double along = mover.start + mover.speed * seconds, across = road.across + mover.offset;
    along -= kPeriod * std::floor(along / kPeriod);
    Seen seen{
        mover.walker ? Kind::kWalker : Kind::kCar, 0, 0, 0, i, road.along_x, mover.speed > 0 ? 1.0f : -1.0f};
    see(camera, seen, road.along_x ? along : across, road.along_x ? across : along, 3,
        mover.walker ? kWalkerReach : kCarReach);
  }
  std::sort(seen_.begin(), seen_.end(), [](const Seen& a, const Seen& b) { return a.depth > b.depth; });
}

void Scenery::draw(const Camera& camera, double seconds, Painter& painter) {
  collect(camera, seconds);
  for (const Seen& seen : seen_) {
    switch (seen.kind) {
      case Kind::kHouse:
        draw_house(camera, seen, painter);
        break;
      case Kind::kTree:
        draw_tree(camera, seen, painter);
        break;
      case Kind::kCar:
        draw_car(camera, seen, painter);
        break;
      case Kind::kWalker:
        draw_walker(camera, seen, seconds, painter);
        break;
    }
  }
}

void Scenery::draw_house(const Camera& camera, const Seen& seen, Painter& painter) const {
  const House& house = landscape_.houses[seen.index];
  Solid solid(camera, painter, {seen.x, seen.y, -camera.height}, house.along_x);
  solid.gable(house.length, house.width, house.wall, house.ridge, house.walls, house.roof);
}

void Scenery::draw_tree(const Camera& camera, const Seen& seen, Painter& painter) const {
  const Tree& tree = landscape_.trees[seen.index];
  auto foot = camera.project({seen.x, seen.y, -camera.height});
  auto top = camera.project({seen.x, seen.y, tree.height - camera.height});
  if (!foot || !top) return;
  float scale = camera.focal() / camera.depth({seen.x, seen.y, -camera.height});
  float width = 2.3f * tree.radius * scale;
  // Seen from above a crown is as deep as it is wide.
  float lift = tree.radius * scale * std::sin(camera.pitch) * 0.8f;
  painter.sprite(tree_sprites_[static_cast<size_t>(tree.kind)], foot->x - width / 2, top->y - lift, width,
                 foot->y - top->y + lift * 1.2f, kHaze.yuv(), haze_at(seen.depth));
}

void Scenery::draw_car(const Camera& camera, const Seen& seen, Painter& painter) const {
  const Mover& car = movers_[seen.index];
  Solid solid(camera, painter, {seen.x, seen.y, -camera.height}, seen.along_x);
  float length = car.van ? 5.4f : 4.4f;
  solid.shadow(length, 1.85f, 1.2f);
  if (car.van) {
    solid.box({-length / 2, -0.95f, 0.3f}, {length / 2, 0.95f, 2.3f}, car.colour);
    return;
  }
  solid.box({-length / 2, -0.9f, 0.25f}, {length / 2, 0.9f, 0.85f}, car.colour);
  float shift = -0.25f * seen.sign;
  solid.box({-1.15f + shift, -0.78f, 0.85f}, {1.15f + shift, 0.78f, 1.42f}, Rgb{38, 46, 54});
  solid.top({-0.85f + shift, -0.72f, 1.43f}, {0.85f + shift, 0.72f, 1.43f}, car.colour);
}

void Scenery::draw_walker(const Camera& camera, const Seen& seen, double seconds, Painter& painter) const {
  const Mover& walker = movers_[seen.index];
  auto foot = camera.project({seen.x, seen.y, -camera.height});
  auto head = camera.project({seen.x, seen.y, 1.72f - camera.height});
  auto shade = camera.project({seen.x + kShadowX * 1.6f, seen.y + kShadowY * 1.6f, -camera.height});
  if (!foot || !head || !shade) return;
  float tall = foot->y - head->y;
  float width = std::max(1.2f, camera.focal() / seen.depth * 0.5f);
  painter.line(*foot, *shade, width * 0.8f, Rgb{30, 34, 38}.yuv(), 0.5f);
  auto swing = static_cast<float>(std::sin(seconds * 7 + static_cast<double>(seen.index))) * width * 0.35f;
  Yuv trousers = Rgb{44, 48, 60}.yuv();
  Point hip{foot->x, head->y + tall * 0.52f};
  painter.line(hip, {foot->x + swing, foot->y}, width * 0.42f, trousers);
  painter.line(hip, {foot->x - swing, foot->y}, width * 0.42f, trousers);
  painter.rectangle(head->x - width / 2, head->y + tall * 0.16f, width, tall * 0.4f, walker.colour.yuv());
  painter.rectangle(head->x - width * 0.27f, head->y, width * 0.54f, tall * 0.18f, Rgb{96, 66, 48}.yuv());
}

}  // namespace eyas::worker::demo
