// CHECK: an invariant of the program. On in release; never reachable from network bytes.
#pragma once

namespace eyas::base {

// Prints the failed condition with its place to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace eyas::base

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::eyas::base::check_failed(#condition, __FILE__, __LINE__))
