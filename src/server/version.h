// The program's version.
#pragma once

namespace eyas::server {

extern const char* const kVersion;

}  // namespace eyas::server
