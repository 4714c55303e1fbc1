// The program's version, from the build.
#pragma once

namespace eyas::server {

inline constexpr const char* kVersion = EYAS_VERSION;

}  // namespace eyas::server
