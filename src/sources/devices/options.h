// Configuration of devices.
#pragma once

#include <string>
#include <vector>

#include "base/option_schema.h"

namespace eyas::devices {

// What `sources.devices` has for test pictures.
inline constexpr const char* kLavfi = "lavfi";

struct Options {
  std::vector<std::string> allowed;  // sources.devices: paths of cameras, and kLavfi
};

// Binds the keys to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);
// Errors: kInvalidConfig naming the key, the entry and what is allowed.
base::Status check(const Options& options);

}  // namespace eyas::devices
