#include "base/time.h"

#include <ctime>

namespace eyas::base {
namespace {

Duration read(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

class SystemClock final : public Clock {
 public:
  MonoTime mono() const override { return MonoTime(read(CLOCK_MONOTONIC)); }
  WallTime wall() const override { return WallTime(read(CLOCK_REALTIME)); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace eyas::base
