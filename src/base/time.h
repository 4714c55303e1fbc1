// Time has strong types: Duration (a length), MonoTime (this machine, never steps), WallTime (UTC, may step).
// Media time is media::MediaTime.
#pragma once

#include <chrono>
#include <cstdint>

namespace eyas::base {

using Duration = std::chrono::nanoseconds;

struct MonoClockTag {
  using rep = int64_t;
  using period = std::nano;
  using duration = Duration;
  using time_point = std::chrono::time_point<MonoClockTag, Duration>;
  static constexpr bool is_steady = true;
};
using MonoTime = MonoClockTag::time_point;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

// The source of "now". Injected, so that simulations run on a virtual clock. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonoTime mono() const = 0;
  virtual WallTime wall() const = 0;
};

// CLOCK_MONOTONIC and CLOCK_REALTIME of this machine; lives as long as the program.
const Clock& system_clock();

// A clock that moves only when told. Lives in one thread.
class ManualClock final : public Clock {
 public:
  MonoTime mono() const override { return mono_; }
  WallTime wall() const override { return wall_; }
  void advance(Duration by) { mono_ += by, wall_ += by; }
  void step_wall(Duration by) { wall_ += by; }

 private:
  MonoTime mono_{std::chrono::hours(1)};
  WallTime wall_{std::chrono::seconds(1'700'000'000)};
};

constexpr int64_t to_ms(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}
constexpr double to_seconds(Duration d) {
  return static_cast<double>(d.count()) / 1e9;
}

}  // namespace eyas::base
