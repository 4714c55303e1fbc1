#include "worker/demo/landscape.h"

#include <array>
#include <numbers>

#include "worker/demo/noise.h"

namespace eyas::worker::demo {
namespace {

constexpr float kTurn = 2 * std::numbers::pi_v<float>;
constexpr float kVillageX = 145;  // half its size
constexpr float kVillageY = 105;
constexpr float kHouseSetback = 15;
constexpr float kHouseSpacing = 24;

constexpr std::array<Rgb, 6> kRoofs = {Rgb{158, 74, 54}, Rgb{134, 62, 50}, Rgb{92, 92, 100},
                                       Rgb{172, 96, 62}, Rgb{70, 86, 112}, Rgb{122, 84, 66}};
constexpr std::array<Rgb, 4> kWalls = {Rgb{232, 226, 212}, Rgb{214, 204, 186}, Rgb{224, 216, 206},
                                       Rgb{204, 182, 156}};

}  // namespace

Landscape::Landscape() {
  lay_roads();
  build_houses();
  plant_trees();
}

float Landscape::river_distance(float x, float y) {
  float phase = kTurn * x / kPeriod;
  float middle = kCrossingY + 210 + 30 * std::sin(phase + 0.6f) + 11 * std::sin(2 * phase);
  return std::abs(wrapped(y, middle));
}

float Landscape::village_distance(float x, float y) {
  float dx = std::abs(wrapped(x, kCrossingX)) - kVillageX;
  float dy = std::abs(wrapped(y, kCrossingY)) - kVillageY;
  return std::max(dx, dy);
}

float Landscape::road_distance(float x, float y) const {
  float nearest = kPeriod;
  for (const Road& road : roads) {
    float along = road.along_x ? x : y;
    float across = std::abs(wrapped(road.along_x ? y : x, road.across)) - road.half_width;
    if (road.to - road.from < kPeriod) across = std::max({across, road.from - along, along - road.to});
    nearest = std::min(nearest, across);
  }
  return nearest;
}

void Landscape::lay_roads() {
  float x = kCrossingX, y = kCrossingY;
  roads.push_back({true, y, 0, kPeriod, 5.5f, true});
  roads.push_back({false, x, 0, kPeriod, 5.5f, true});
  for (float side : {-1.0f, 1.0f}) {
    roads.push_back({true, y + side * 58, x - 125, x + 125, 3.2f, false});
    roads.push_back({false, x + side * 122, y - 61.2f, y + 61.2f, 3.2f, false});
  }
  // A track between the fields, to the south.
  roads.push_back({true, y - 210, 0, kPeriod, 2.0f, false});
}

bool Landscape::free_for_house(float x, float y) const {
  if (road_distance(x, y) < 10 || river_distance(x, y) < kRiverHalfWidth + 20) return false;
  for (const House& house : houses) {
    if (std::hypot(wrapped(house.x, x), wrapped(house.y, y)) < 17) return false;
  }
  return true;
}

void Landscape::build_houses() {
  uint32_t seed = 0;
  for (size_t r = 0; r < 6; ++r) {
    const Road road = roads[r];
    float middle = road.along_x ? kCrossingX : kCrossingY;
    float reach = road.along_x ? kVillageX : kVillageY;
    for (float s = -reach; s < reach; s += kHouseSpacing) {
      for (float side : {-1.0f, 1.0f}) {
        ++seed;
        float along = middle + s + 4 * hash01(seed, 1);
        float across = road.across + side * (road.half_width + kHouseSetback - 2 + 3 * hash01(seed, 2));
        float x = road.along_x ? along : across, y = road.along_x ? across : along;
        if (hash01(seed, 3) < 0.12f || village_distance(x, y) > -3 || !free_for_house(x, y)) continue;
        float wall = hash01(seed, 4) < 0.4f ? 5.6f : 3.2f;
        houses.push_back({x, y, 11 + 5 * hash01(seed, 5), 8 + 2.5f * hash01(seed, 6), wall,
                          wall + 2.4f + hash01(seed, 7),
                          hash01(seed, 8) < 0.7f ? road.along_x : !road.along_x,
                          kRoofs[hash(seed, 9) % kRoofs.size()], kWalls[hash(seed, 10) % kWalls.size()]});
      }
    }
  }
}

void Landscape::plant(float x, float y, uint32_t seed) {
  float clearance = 2.2f;
  if (road_distance(x, y) < clearance + 1 || river_distance(x, y) < kRiverHalfWidth + 3) return;
  for (const House& house : houses) {
    if (std::hypot(wrapped(house.x, x), wrapped(house.y, y)) < 11) return;
  }
  float height = 4.5f + 5.0f * hash01(seed, 21);
  trees.push_back(
      {x, y, height, height * (0.32f + 0.1f * hash01(seed, 22)), static_cast<int>(hash(seed, 23) % 3)});
}

void Landscape::plant_trees() {
  uint32_t seed = 1000;
  auto jitter = [&](float size) { return size * (hash01(++seed, 31) - 0.5f); };
  for (size_t r = 0; r < 2; ++r) {  // avenues
    for (float s = 0; s < kPeriod; s += 17) {
      for (float side : {-1.0f, 1.0f}) {
        if (hash01(++seed, 32) < 0.25f) continue;
        float across = roads[r].across + side * 10.5f + jitter(1);
        float along = s + jitter(5);
        roads[r].along_x ? plant(along, across, seed) : plant(across, along, seed);
      }
    }
  }
  for (int i = 0; i < 150; ++i) {  // gardens
    float dx = jitter(2 * kVillageX), dy = jitter(2 * kVillageY);
    plant(kCrossingX + dx, kCrossingY + dy, seed);
  }
  for (int i = 0; i < 170; ++i) {  // a wood beyond the crossing
    float angle = kTurn * hash01(++seed, 33), reach = 62 * std::sqrt(hash01(seed, 34));
    plant(kCrossingX - 225 + 1.3f * reach * std::cos(angle), kCrossingY + 95 + reach * std::sin(angle), seed);
  }
  for (int i = 0; i < 190; ++i) {  // the river's banks
    float x = kPeriod * hash01(++seed, 35);
    float y = kPeriod * hash01(seed, 36);
    float bank = river_distance(x, y) - kRiverHalfWidth;
    if (bank > 4 && bank < 26) plant(x, y, seed);
  }
}

}  // namespace eyas::worker::demo
