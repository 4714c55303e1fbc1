#include "worker/program/device_clock.h"

#include <algorithm>

namespace eyas::worker {

base::Duration DeviceClock::place(std::optional<base::Duration> stamp, base::MonoTime now) {
  if (!arrived_) {
    origin_ = now;
  } else {
    bool stamped = stamp && stamp_ && *stamp > *stamp_ && *stamp - *stamp_ <= kStepMax;
    base::Duration step = stamped ? *stamp - *stamp_ : now - *arrived_;
    time_ += std::max(step, base::Duration(1));
    origin_ = std::min(origin_, now - time_);
  }
  arrived_ = now;
  stamp_ = stamp;
  late_ = now - time_ - origin_;
  return time_;
}

}  // namespace eyas::worker
