#include "worker/demo/ground_paint.h"

#include <array>

namespace eyas::worker::demo {

struct GroundPaint::Crop {
  Rgb plant, soil;
  float row_metres;  // between two rows; 0 = none
  float contrast;
};

namespace {

constexpr float kFieldWidth = kPeriod / 7, kFieldHeight = kPeriod / 9;
constexpr float kPavement = 2.6f;
// How far beyond its own edge each paints.
constexpr float kBankReach = 22;
constexpr float kGardenReach = 3;
constexpr float kYardReach = 12;  // from a house's middle
constexpr float kRoadReach = kPavement + 0.5f;

float smooth(float edge0, float edge1, float x) {
  float t = std::clamp((x - edge0) / (edge1 - edge0), 0.0f, 1.0f);
  return t * t * (3 - 2 * t);
}
// 1 inside a line of this half width, with a soft edge a texel wide.
float line(float distance, float half_width) {
  return 1 - smooth(half_width - 0.08f, half_width + 0.08f, std::abs(distance));
}
// What is left of x after whole periods, 0..period.
float repeat(float x, float period) {
  float periods = x / period;
  auto whole = static_cast<float>(static_cast<int>(periods));
  return x - period * (whole > periods ? whole - 1 : whole);
}
// A cosine of whole turns, near enough for the eye.
float wave(float turns) {
  float s = repeat(turns + 0.25f, 1) - 0.5f;
  return -8 * s * (1 - 2 * std::abs(s));
}

}  // namespace

GroundPaint::GroundPaint(const Landscape& landscape) : landscape_(landscape) {
  static constexpr std::array<Crop, 8> kCrops = {{
      {{112, 146, 66}, {88, 112, 56}, 1.9f, 0.55f},   // cabbage
      {{92, 128, 58}, {74, 106, 50}, 2.6f, 0.45f},    // maize
      {{188, 172, 92}, {166, 148, 80}, 1.7f, 0.4f},   // barley
      {{146, 118, 84}, {120, 94, 68}, 2.1f, 0.5f},    // ploughed
      {{122, 158, 78}, {108, 142, 70}, 0, 0},         // meadow
      {{136, 166, 84}, {112, 140, 76}, 3.2f, 0.35f},  // young rice
      {{206, 190, 84}, {150, 158, 72}, 2.4f, 0.4f},   // rape
      {{102, 138, 72}, {126, 112, 80}, 2.9f, 0.6f},   // potatoes
  }};
  for (uint32_t row = 0; row < fields_.size(); ++row) {
    shifts_[row] = kFieldWidth * hash01(row, 77);
    for (uint32_t column = 0; column < fields_[row].size(); ++column) {
      fields_[row][column] = {&kCrops[hash(column, row, 5) % kCrops.size()], hash(column, row, 6) % 3 == 0};
    }
  }
}

GroundPaint::Nearby GroundPaint::nearby(float x, float y, float half) const {
  constexpr float kBend = 1.6f;  // the river's bank is not parallel to the square's sides
  Nearby found;
  found.river = Landscape::river_distance(x, y) - Landscape::kRiverHalfWidth < kBankReach + kBend * half;
  found.village = Landscape::village_distance(x, y) < kGardenReach + half;
  for (const House& house : landscape_.houses) {
    float reach = kYardReach + half;
    if (std::abs(wrapped(x, house.x)) < reach && std::abs(wrapped(y, house.y)) < reach)
      found.houses.push_back(&house);
  }
  // Pavements and narrow streets lie under the main roads.
  for (size_t i = landscape_.roads.size(); i-- > 0;) {
    const Road& road = landscape_.roads[i];
    float across = std::abs(wrapped(road.along_x ? y : x, road.across));
    if (across - road.half_width < kRoadReach + half) found.roads.push_back(&road);
  }
  return found;
}

Rgb GroundPaint::at(float x, float y, const Nearby& nearby) const {
  Rgb colour = field(x, y);
  if (nearby.village) colour = garden(x, y, nearby, colour);
  if (nearby.river) colour = river(x, y, colour);
  return road(x, y, nearby, colour);
}

Rgb GroundPaint::field(float x, float y) const {
  auto row = static_cast<size_t>(y / kFieldHeight);
  float shifted = repeat(x + shifts_[row], kPeriod);
  const Field& here = fields_[row][static_cast<size_t>(shifted / kFieldWidth)];
  const Crop& crop = *here.crop;
  float in_x = repeat(shifted, kFieldWidth), in_y = repeat(y, kFieldHeight);

  float grain = noise_.at(x * 3.1f, y * 3.1f), broad = noise_.at(x * 0.6f, y * 0.6f);
  float rows = 0.5f;
  if (crop.row_metres > 0) {
    float across = here.rows_along_y ? x : y;
    rows = 0.5f + crop.contrast * wave(across / crop.row_metres + 0.13f * broad);
  }
  Rgb colour = mix(crop.soil, crop.plant, std::clamp(rows + 0.7f * (grain - 0.45f), 0.0f, 1.0f));
  colour = colour * (0.8f + 0.45f * broad);
  float edge = std::min({in_x, kFieldWidth - in_x, in_y, kFieldHeight - in_y}) + 1.2f * (grain - 0.5f);
  Rgb verge = mix(Rgb{74, 98, 48}, Rgb{104, 126, 64}, grain);
  return mix(verge, colour, smooth(0.7f, 1.6f, edge));
}

Rgb GroundPaint::garden(float x, float y, const Nearby& nearby, Rgb field) const {
  float outside = Landscape::village_distance(x, y);
  if (outside > kGardenReach) return field;
  float grain = noise_.at(x * 4, y * 4), broad = noise_.at(x * 0.9f + 99, y * 0.9f);
  Rgb lawn = mix(Rgb{92, 118, 58}, Rgb{134, 152, 82}, grain * 0.7f + broad * 0.4f);
  float plot_x = repeat(x, 24), plot_y = repeat(y, 29);
  float fence = std::max(line(plot_x - 12, 0.35f), line(plot_y - 14, 0.35f));
  lawn = mix(lawn, Rgb{66, 86, 44} * (0.7f + 0.6f * grain), 0.8f * fence);
  float yard = 0;
  for (const House* house : nearby.houses) {
    float dx = std::abs(wrapped(x, house->x)), dy = std::abs(wrapped(y, house->y));
    if (dx > kYardReach || dy > kYardReach) continue;
    float reach = std::max(dx - (house->along_x ? house->length : house->width) / 2,
                           dy - (house->along_x ? house->width : house->length) / 2);
    yard = std::max(yard, 1 - smooth(1.6f, 2.2f, reach));
  }
  Rgb paving = Rgb{176, 168, 152} * (0.88f + 0.25f * grain);
  return mix(mix(lawn, paving, 0.85f * yard), field, smooth(-1.5f, 2.5f, outside + 3 * (grain - 0.5f)));
}

Rgb GroundPaint::river(float x, float y, Rgb bank) const {
  float outside = Landscape::river_distance(x, y) - Landscape::kRiverHalfWidth;
  if (outside > kBankReach) return bank;
  float grain = noise_.at(x * 3, y * 3), broad = noise_.at(x * 0.8f, y * 1.6f);
  float ragged = outside + 5 * (broad - 0.45f);
  float ripple = noise_.at(x * 1.1f, y * 4.5f);
  Rgb water = mix(Rgb{44, 86, 98}, Rgb{74, 118, 122}, 0.55f * ripple + 0.5f * broad);
  water = mix(water, Rgb{112, 126, 104}, smooth(-7, 0, ragged));
  Rgb sand = mix(Rgb{196, 182, 146}, Rgb{170, 154, 118}, grain);
  Rgb reeds = mix(Rgb{84, 106, 54}, Rgb{122, 136, 74}, grain);
  Rgb colour = mix(sand, reeds, smooth(2.5f, 6, ragged + 3 * (grain - 0.5f)));
  colour = mix(colour, bank, smooth(10, 18, ragged));
  return mix(water, colour, smooth(-0.4f, 0.4f, ragged));
}

Rgb GroundPaint::main_road(const Road& road, float along, float across, Rgb colour) const {
  constexpr Rgb kPaint{226, 224, 214};
  constexpr Rgb kYellow{214, 172, 62};
  float crossing = std::abs(wrapped(along, road.along_x ? kCrossingX : kCrossingY)) - road.half_width;
  if (crossing < 0) return colour;
  if (crossing > 3.2f && crossing < 6.6f) {  // a zebra crossing
    bool stripe = repeat(across + 0.55f, 1.5f) < 0.8f;
    return stripe && std::abs(across) < road.half_width - 0.3f ? mix(colour, kPaint, 0.88f) : colour;
  }
  if (crossing > 7.6f && crossing < 8.2f && std::abs(across) < road.half_width - 0.4f)
    return mix(colour, kPaint, 0.85f);
  if (crossing > 8.2f) {
    colour = mix(colour, kYellow, 0.9f * line(std::abs(across) - 0.22f, 0.11f));
    colour = mix(colour, kPaint, 0.85f * line(std::abs(across) - (road.half_width - 0.55f), 0.11f));
    if (repeat(along, 9) < 4) colour = mix(colour, kPaint, 0.8f * line(std::abs(across) - 2.9f, 0.09f));
  }
  return colour;
}

Rgb GroundPaint::road(float x, float y, const Nearby& nearby, Rgb under) const {
  if (nearby.roads.empty()) return under;
  float grain = noise_.at(x * 5, y * 5);
  Rgb colour = under;
  for (const Road* lying : nearby.roads) {
    const Road& road = *lying;
    float along = road.along_x ? x : y;
    float across = wrapped(road.along_x ? y : x, road.across);
    float edge = std::abs(across) - road.half_width;
    if (road.to - road.from < kPeriod) edge = std::max({edge, road.from - along, along - road.to});
    if (edge > kRoadReach) continue;
    if (!road.marked) {
      bool field_track = road.half_width < 2.5f;
      Rgb surface = (field_track ? Rgb{178, 160, 122} : Rgb{138, 136, 132}) * (0.86f + 0.26f * grain);
      colour = mix(surface, colour, smooth(-0.3f, 0.3f, edge + 0.4f * (grain - 0.5f)));
      continue;
    }
    bool slab = repeat(along, 1.2f) < 0.1f || repeat(across, 1.2f) < 0.1f;
    Rgb pavement = Rgb{186, 180, 170} * ((slab ? 0.86f : 0.94f) + 0.12f * grain);
    const Road& other = landscape_.roads[lying == &landscape_.roads[0] ? 1 : 0];
    bool bare =
        other.half_width + kPavement < std::abs(wrapped(along, road.along_x ? kCrossingX : kCrossingY));
    if (bare || edge < 0) colour = mix(pavement, colour, smooth(kPavement - 0.1f, kPavement + 0.1f, edge));
    float tracks = 0.06f * wave(across / 2.75f);
    Rgb asphalt = Rgb{98, 100, 104} * (0.9f + 0.16f * grain - tracks);
    if (edge < 0.1f)
      colour = mix(main_road(road, along, across, asphalt), colour, smooth(-0.05f, 0.1f, edge));
  }
  return colour;
}

}  // namespace eyas::worker::demo
