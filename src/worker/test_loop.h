// For tests with real workers: turns of a loop until something comes true.
#pragma once

#include "io/loop.h"

namespace eyas::worker::test {

// Far above what it takes: sanitizers on a busy machine are slow, and that is no failure.
inline constexpr base::Duration kPatience = std::chrono::seconds(200);

// Turns the loop until `condition()`, with `each()` after every turn; false when it never comes true.
template <typename Condition, typename Each = void (*)()>
bool comes_true(
    io::Loop& loop, Condition condition, Each each = [] {}) {
  base::MonoTime limit = base::system_clock().mono() + kPatience;
  while (!condition()) {
    if (base::system_clock().mono() > limit) return false;
    loop.run_once(std::chrono::milliseconds(20));
    each();
  }
  return true;
}

}  // namespace eyas::worker::test
