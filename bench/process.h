// What /proc says about processes, and what a tool under load needs of the kernel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace eyas::bench {

struct Usage {
  double cpu_seconds = 0;  // user and system, all threads of all the processes
  double rss_mib = 0;
};
// Of the processes together; one that is gone counts as nothing.
Usage usage_of(const std::vector<int>& pids);

// CLOCK_MONOTONIC.
int64_t now_ns();
double thread_cpu_seconds();
// As many descriptors as the hard limit allows.
void raise_descriptor_limit();
// Lets the calling thread run before others of its core when the kernel permits it, so that what it times is
// not the wait for its own turn. Says so once when it is refused.
void prefer_this_thread();

}  // namespace eyas::bench
