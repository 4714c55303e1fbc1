#include "worker/program/device_clock.h"

#include <algorithm>

namespace eyas::worker {
namespace {

constexpr int kDriftMax = 1000;  // one in so many

}  // namespace

base::Duration DeviceClock::place(std::optional<base::Duration> stamp, base::MonoTime now) {
  if (!arrived_) {
    origin_ = now;
  } else {
    bool stamped = stamp && stamp_ && *stamp > *stamp_ && *stamp - *stamp_ <= kStepMax;
    base::Duration step = stamped ? *stamp - *stamp_ : now - *arrived_;
    step = std::max(step, base::Duration(1));
    time_ += step;
    origin_ = std::min(origin_ + step / kDriftMax, now - time_);
  }
  arrived_ = now;
  stamp_ = stamp;
  late_ = now - time_ - origin_;
  return time_;
}

}  // namespace eyas::worker
