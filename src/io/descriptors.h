// Descriptors of this process: how many it may have, and what happens when they run out.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace eyas::io {

// Takes as many as the administrator lets us have: shells give 1024 for the sake of select(), which we never
// call. Returns how many those are. Before any thread starts.
size_t raise_descriptor_limit();

// Counts a connection that could not be accepted for want of descriptors, and says so in the log, every ten
// seconds at most. Thread-safe.
void count_accept_put_off(base::MonoTime now);
uint64_t accepts_put_off();

}  // namespace eyas::io
