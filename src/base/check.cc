#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace eyas::base {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace eyas::base
