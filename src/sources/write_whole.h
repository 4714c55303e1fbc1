// Writing all of something.
#pragma once

#include <unistd.h>

#include <cerrno>

#include "base/bytes.h"

namespace eyas::sources {

// Blocks. False when the system does not take it; errno says why.
inline bool write_whole(int fd, base::Bytes bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace eyas::sources
