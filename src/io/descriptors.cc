#include "io/descriptors.h"

#include <sys/resource.h>

#include <atomic>

#include "base/log.h"

namespace eyas::io {
namespace {

constexpr base::Duration kSaidEvery = std::chrono::seconds(10);

std::atomic<uint64_t> g_put_off{0};
std::atomic<int64_t> g_say_again_at{0};  // of the monotonic clock, ns

}  // namespace

size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  rlimit wanted{limit.rlim_max, limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &wanted) == 0) limit = wanted;
  return static_cast<size_t>(limit.rlim_cur);
}

void count_accept_put_off(base::MonoTime now) {
  uint64_t count = g_put_off.fetch_add(1, std::memory_order_relaxed) + 1;
  int64_t due = g_say_again_at.load(std::memory_order_relaxed);
  int64_t ns = now.time_since_epoch().count();
  if (ns < due || !g_say_again_at.compare_exchange_strong(due, ns + kSaidEvery.count())) return;
  base::log::warning(
      "listener.out_of_descriptors",
      {{"times", count}, {"hint", "newcomers wait; raise the limit of open files (ulimit -n, LimitNOFILE)"}});
}

uint64_t accepts_put_off() {
  return g_put_off.load(std::memory_order_relaxed);
}

}  // namespace eyas::io
