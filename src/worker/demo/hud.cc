#include "worker/demo/hud.h"

#include <array>
#include <cstdio>

namespace eyas::worker::demo {
namespace {

constexpr Yuv kInk = Rgb{246, 250, 250}.yuv();
constexpr Yuv kAccent = Rgb{120, 232, 178}.yuv();
constexpr Yuv kRed = Rgb{240, 62, 54}.yuv();
constexpr Yuv kShade = Rgb{10, 16, 22}.yuv();

template <typename... Args>
std::string text(const char* format, Args... args) {
  char out[96];
  std::snprintf(out, sizeof out, format, args...);
  return out;
}

}  // namespace

Hud::Hud(int width, int height)
    : width_(static_cast<float>(width)),
      height_(static_cast<float>(height)),
      unit_(height_ / 1080),
      small_(15 * unit_),
      medium_(19 * unit_),
      large_(30 * unit_) {}

void Hud::draw(const FlightState& state, base::WallTime time, Painter& painter) const {
  crosshair(painter);
  heading_tape(state, painter);
  gauge(painter, 64 * unit_, "SPD", text("%.1f", state.speed), "M/S");
  gauge(painter, width_ - 250 * unit_, "ALT", text("%.1f", state.height), "M");
  gimbal_scale(state, painter);
  corners(state, time, painter);
  battery(state, painter);
}

void Hud::crosshair(Painter& painter) const {
  float x = width_ / 2, y = height_ / 2, u = unit_;
  auto stroke = [&](float x0, float y0, float x1, float y1) {
    painter.line({x + x0 * u, y + y0 * u}, {x + x1 * u, y + y1 * u}, 5 * u, kShade, 0.35f);
    painter.line({x + x0 * u, y + y0 * u}, {x + x1 * u, y + y1 * u}, 2.2f * u, kInk, 0.95f);
  };
  for (float side : {-1.0f, 1.0f}) {
    stroke(side * 14, 0, side * 44, 0);
    stroke(0, side * 14, 0, side * 34);
    for (float below : {-1.0f, 1.0f}) {  // the corners of a frame
      stroke(side * 150, below * 96, side * 118, below * 96);
      stroke(side * 150, below * 96, side * 150, below * 70);
    }
  }
  painter.rectangle(x - 2 * u, y - 2 * u, 4 * u, 4 * u, kAccent);
}

void Hud::heading_tape(const FlightState& state, Painter& painter) const {
  constexpr float kHalfSpan = 42;  // degrees to each side
  constexpr std::array<const char*, 8> kNames = {"N", "NE", "E", "SE", "S", "SW", "W", "NW"};
  float u = unit_, middle = width_ / 2, top = 34 * u, per_degree = 7.2f * u;
  painter.rectangle(middle - 318 * u, top - 10 * u, 636 * u, 58 * u, kShade, 0.34f);
  int first = static_cast<int>(std::ceil((state.heading - kHalfSpan) / 5)) * 5;
  for (int degree = first; static_cast<float>(degree) <= state.heading + kHalfSpan; degree += 5) {
    float x = middle + (static_cast<float>(degree) - state.heading) * per_degree;
    bool major = degree % 15 == 0;
    painter.rectangle(x - u, top + 40 * u - (major ? 12 : 7) * u, 2 * u, (major ? 12 : 7) * u, kInk, 0.9f);
    if (!major) continue;
    int shown = ((degree % 360) + 360) % 360;
    std::string label = shown % 45 == 0 ? kNames[static_cast<size_t>(shown / 45)] : text("%d", shown);
    small_.write(painter, x - small_.width(label) / 2, top, label, shown % 45 == 0 ? kAccent : kInk);
  }
  std::array<Point, 3> pointer = {
      Point{middle, top + 42 * u}, {middle - 9 * u, top + 56 * u}, {middle + 9 * u, top + 56 * u}};
  painter.polygon(pointer, kAccent);
  std::string heading = text("%03d*", static_cast<int>(state.heading + 0.5f) % 360);
  medium_.write(painter, middle - medium_.width(heading) / 2, top + 66 * u, heading, kInk);
}

void Hud::gauge(Painter& painter, float x, const char* name, const std::string& value,
                const char* unit) const {
  float u = unit_, y = height_ / 2 - 34 * u;
  painter.rectangle(x, y, 186 * u, 68 * u, kShade, 0.42f);
  painter.rectangle(x, y, 4 * u, 68 * u, kAccent, 0.95f);
  small_.write(painter, x + 18 * u, y - 26 * u, name, kInk);
  large_.write(painter, x + 20 * u, y + 19 * u, value, kInk);
  small_.write(painter, x + 26 * u + large_.width(value), y + 34 * u, unit, kAccent);
}

void Hud::gimbal_scale(const FlightState& state, Painter& painter) const {
  float u = unit_, x = width_ - 316 * u, middle = height_ / 2, per_degree = 4.6f * u;
  for (int degree = 0; degree >= -45; degree -= 5) {
    float y = middle + (-22.0f - static_cast<float>(degree)) * per_degree;
    float length = degree % 15 == 0 ? 20 * u : 11 * u;
    painter.rectangle(x - length, y - u, length, 2 * u, kInk, 0.9f);
    if (degree % 15 == 0) small_.write(painter, x - length - 52 * u, y - 7 * u, text("%3d", degree), kInk);
  }
  float y = middle + (-22.0f - state.gimbal_pitch) * per_degree;
  std::array<Point, 3> pointer = {Point{x + 3 * u, y}, {x + 17 * u, y - 8 * u}, {x + 17 * u, y + 8 * u}};
  painter.polygon(pointer, kAccent);
}

void Hud::corners(const FlightState& state, base::WallTime time, Painter& painter) const {
  float u = unit_, top = 44 * u, left = 64 * u, bottom = height_ - 78 * u;
  auto second = static_cast<int>(state.seconds);
  if (std::fmod(state.seconds, 1.0) < 0.6) {
    std::array<Point, 12> dot;
    for (size_t i = 0; i < dot.size(); ++i) {
      float a = 6.2832f * static_cast<float>(i) / static_cast<float>(dot.size());
      dot[i] = {left + 10 * u + 10 * u * std::cos(a), top + 10 * u + 10 * u * std::sin(a)};
    }
    painter.polygon(dot, kRed);
  }
  medium_.write(painter, left + 34 * u, top,
                text("REC %02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60), kInk);
  small_.write(painter, left, top + 36 * u, "EYAS DEMO  4G LTE  SAT 17", kAccent);

  std::string clock = iso_time(time);
  clock[10] = ' ';
  medium_.write(painter, width_ - left - medium_.width(clock), bottom, clock, kInk);
  medium_.write(painter, left, bottom, text("%.6f N  %.6f E", state.latitude, state.longitude), kInk);
  std::string attitude =
      text("ROLL %+05.1f*  PITCH %+05.1f*  GIMBAL %+05.1f*", state.roll, state.pitch, state.gimbal_pitch);
  small_.write(painter, left, bottom - 32 * u, attitude, kInk);
  std::string climb = text("V/S %+.1f M/S", state.climb);
  small_.write(painter, width_ - left - small_.width(climb), bottom - 32 * u, climb, kInk);
}

void Hud::battery(const FlightState& state, Painter& painter) const {
  float u = unit_, right = width_ - 64 * u, top = 42 * u, length = 62 * u, height = 26 * u;
  std::string charge = text("%d%%", static_cast<int>(state.battery + 0.5f));
  float x = right - length;
  painter.rectangle(x, top, length, height, kInk, 0.9f);
  painter.rectangle(x + 3 * u, top + 3 * u, length - 6 * u, height - 6 * u, kShade, 0.85f);
  painter.rectangle(right + 1 * u, top + 8 * u, 5 * u, height - 16 * u, kInk, 0.9f);
  painter.rectangle(x + 5 * u, top + 5 * u, (length - 10 * u) * state.battery / 100, height - 10 * u,
                    state.battery < 30 ? kRed : kAccent);
  medium_.write(painter, x - 14 * u - medium_.width(charge), top + 4 * u, charge, kInk);
}

}  // namespace eyas::worker::demo
