// Sending in real time.
#pragma once

#include <time.h>

#include <cerrno>

#include "base/time.h"

namespace eyas::worker {

inline void sleep_until(base::MonoTime when) {
  auto ns = when.time_since_epoch().count();
  timespec until{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

}  // namespace eyas::worker
