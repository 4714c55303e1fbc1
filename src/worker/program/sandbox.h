// What a worker that decodes strangers' bytes may still ask of the kernel.
#pragma once

#include "base/result.h"

namespace eyas::worker {

// Leaves this process memory, time, its channel and its end; everything else fails with EPERM from here on,
// for good. Builds with sanitizers, which need more, are left alone. Errors: kSystem.
base::Status renounce_system_calls();

}  // namespace eyas::worker
