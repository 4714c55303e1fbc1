// gzip [RFC 1952] of a whole body.
#pragma once

#include <vector>

#include "base/slice.h"

namespace eyas::http {

// Empty when zlib runs out of memory.
base::Slice gzip(const std::vector<base::Slice>& body);

}  // namespace eyas::http
