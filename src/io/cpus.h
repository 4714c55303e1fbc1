// How many processors this process may use.
#pragma once

namespace eyas::io {

// The smaller of the scheduling affinity and the control group's CPU quota (v2 and v1), at least one.
unsigned usable_cpus();

}  // namespace eyas::io
