// The MPD as text. Pure. [ISO 23009-1 5]
#pragma once

#include <string>

#include "container/cmaf/moment.h"
#include "protocols/dash/options.h"

namespace eyas::dash {

// Whether there is enough to write a manifest for.
bool can_describe(const cmaf::Moment& moment);

// The manifest of a stream at `now`. Addresses in it are relative to it: dash/... Between two epochs nothing
// in it changes that a player computes with, so that it need not be read again to find the next segment.
std::string manifest(const cmaf::Moment& moment, const Options& options, base::WallTime now);

}  // namespace eyas::dash
