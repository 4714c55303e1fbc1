// Where the drone is at each moment, and what it says about itself. The picture and the telemetry come from
// the same state.
#pragma once

#include <string>

#include "base/time.h"
#include "worker/demo/camera.h"

namespace eyas::worker::demo {

struct FlightState {
  double seconds = 0;   // since take-off
  double x = 0, y = 0;  // metres on the landscape
  double latitude = 0, longitude = 0;
  float height = 0;           // above the take-off point, metres
  float heading = 0;          // degrees, clockwise from north
  float pitch = 0, roll = 0;  // of the airframe, degrees
  float speed = 0;            // over the ground, metres per second
  float climb = 0;            // metres per second
  float gimbal_pitch = 0;     // degrees; below the horizon is negative
  float gimbal_yaw = 0;       // degrees, clockwise from north
  float battery = 100;        // per cent
};

inline constexpr double kHomeLatitude = 37.52680;
inline constexpr double kHomeLongitude = 126.93420;
inline constexpr float kHomeAltitude = 14;  // above the sea, metres

FlightState flight_at(double seconds);
Camera camera_of(const FlightState& state, int width, int height);
// One telemetry frame as JSON.
std::string telemetry_json(const FlightState& state, base::WallTime time);
// "2026-11-21T15:00:10.123Z"
std::string iso_time(base::WallTime time);

}  // namespace eyas::worker::demo
