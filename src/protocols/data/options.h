// The configuration of the data way.
#pragma once

#include <cstddef>

#include "base/option_schema.h"
#include "base/time.h"

namespace eyas::data {

struct Options {
  size_t viewers_max = 10'000;                                  // at once; then 503
  base::Duration play_wait = std::chrono::milliseconds(1'500);  // for a stream that is not there yet
};

// Binds the keys "data.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

}  // namespace eyas::data
