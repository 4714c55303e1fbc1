// Wall time as playlists, manifests and people read it.
#pragma once

#include <string>

#include "base/time.h"

namespace eyas::base {

// "2023-11-14T22:13:20.123Z"
std::string iso_time(WallTime time);

}  // namespace eyas::base
