// DeviceClock: when a device's pictures are, on a timeline that begins with the first of them.
#pragma once

#include <optional>

#include "base/time.h"

namespace eyas::worker {

// Pure. Takes the device's own stamps, which know nothing of how late a picture is read, as long as they make
// sense; else the time of arrival.
class DeviceClock {
 public:
  // A larger step is a clock that was set.
  static constexpr base::Duration kStepMax = std::chrono::seconds(5);

  // The time of the next picture; they rise strictly. `stamp`: on any clock; nullopt: the device has none.
  base::Duration place(std::optional<base::Duration> stamp, base::MonoTime now);
  // How much later than the best of them the last picture was read: what waits in the device's buffers. A
  // clock that goes up to a thousandth slower than ours is no delay.
  base::Duration late() const { return late_; }

 private:
  std::optional<base::MonoTime> arrived_;  // the last one
  std::optional<base::Duration> stamp_;    // of the last one
  base::Duration time_{0};
  base::MonoTime origin_;  // when time 0 was read, or would have been
  base::Duration late_{0};
};

}  // namespace eyas::worker
