// Networks of tests.
#pragma once

#include "io/sim/network.h"

namespace eyas::protocols::test {

// One that is in nobody's way.
inline const io::sim::Path kLan{.latency = std::chrono::milliseconds(1), .packet_bytes = 64 * 1024};

}  // namespace eyas::protocols::test
