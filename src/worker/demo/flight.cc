#include "worker/demo/flight.h"

#include <cstdio>
#include <ctime>
#include <numbers>

#include "worker/demo/landscape.h"

namespace eyas::worker::demo {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kOrbitSeconds = 150;  // once around the crossing
constexpr double kOrbitRadius = 205;
constexpr double kMetresPerDegree = 111'320;
constexpr double kLean = 0.55;            // degrees that the airframe leans for a metre per second
constexpr double kBatterySeconds = 1500;  // from full to a quarter, then it is changed

float degrees(double radians) {
  double d = radians * 360 / kTurn;
  return static_cast<float>(d - 360 * std::floor(d / 360));
}

struct Place {
  double x, y, height;
};

Place place_at(double t) {
  double angle = kTurn * t / kOrbitSeconds - 2.1;
  double radius = kOrbitRadius + 34 * std::sin(kTurn * t / 97);
  return {kCrossingX + radius * std::sin(angle), kCrossingY + radius * std::cos(angle),
          76 + 12 * std::sin(kTurn * t / 61 + 0.5)};
}

}  // namespace

FlightState flight_at(double t) {
  constexpr double kStep = 0.05;
  Place now = place_at(t), next = place_at(t + kStep);
  double vx = (next.x - now.x) / kStep, vy = (next.y - now.y) / kStep,
         vz = (next.height - now.height) / kStep;
  // It looks at a point that wanders slowly about the crossing.
  double look_x = kCrossingX + 26 * std::sin(kTurn * t / 71),
         look_y = kCrossingY + 22 * std::cos(kTurn * t / 53);
  double yaw = std::atan2(look_x - now.x, look_y - now.y);
  double sideways = vx * std::cos(yaw) - vy * std::sin(yaw),
         forward = vx * std::sin(yaw) + vy * std::cos(yaw);

  FlightState state;
  state.seconds = t;
  state.x = now.x, state.y = now.y;
  state.latitude = kHomeLatitude + (now.y - kCrossingY) / kMetresPerDegree;
  state.longitude =
      kHomeLongitude + (now.x - kCrossingX) / (kMetresPerDegree * std::cos(kHomeLatitude * kTurn / 360));
  state.height = static_cast<float>(now.height);
  state.speed = static_cast<float>(std::hypot(vx, vy));
  state.climb = static_cast<float>(vz);
  state.heading = state.gimbal_yaw = degrees(yaw);
  state.roll = static_cast<float>(kLean * sideways + 0.4 * std::sin(1.7 * t));
  state.pitch = static_cast<float>(-kLean * forward + 0.4 * std::sin(1.3 * t));
  state.gimbal_pitch = static_cast<float>(-17.0 + 2.6 * std::sin(kTurn * t / 43 + 2.2));
  state.battery = static_cast<float>(97 - 72 * (t / kBatterySeconds - std::floor(t / kBatterySeconds)));
  return state;
}

Camera camera_of(const FlightState& state, int width, int height) {
  Camera camera;
  camera.x = state.x, camera.y = state.y;
  camera.height = state.height;
  camera.yaw = static_cast<float>(state.gimbal_yaw * kTurn / 360);
  camera.pitch = static_cast<float>(-state.gimbal_pitch * kTurn / 360);
  camera.width = width, camera.height_px = height;
  return camera;
}

std::string iso_time(base::WallTime time) {
  auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  std::time_t seconds = ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  size_t n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + n, sizeof text - n, ".%03dZ", static_cast<int>(ms % 1000));
  return text;
}

std::string telemetry_json(const FlightState& s, base::WallTime time) {
  char text[768];
  std::snprintf(text, sizeof text,
                "{\"time\":\"%s\",\"lat\":%.7f,\"lon\":%.7f,\"alt_m\":%.2f,\"rel_alt_m\":%.2f,"
                "\"heading\":%.2f,\"pitch\":%.2f,\"roll\":%.2f,\"speed_mps\":%.2f,\"climb_mps\":%.2f,"
                "\"gimbal\":{\"pitch\":%.2f,\"yaw\":%.2f,\"roll\":0.0},\"battery_pct\":%.1f,"
                "\"home\":{\"lat\":%.7f,\"lon\":%.7f},\"satellites\":17,\"flight_s\":%.1f}",
                iso_time(time).c_str(), s.latitude, s.longitude, s.height + kHomeAltitude, s.height,
                s.heading, s.pitch, s.roll, s.speed, s.climb, s.gimbal_pitch, s.gimbal_yaw, s.battery,
                kHomeLatitude, kHomeLongitude, s.seconds);
  return text;
}

}  // namespace eyas::worker::demo
