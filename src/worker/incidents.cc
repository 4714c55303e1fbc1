#include "worker/incidents.h"

namespace eyas::worker {

std::vector<base::Metric> Incidents::metrics() const {
  using Kind = base::Metric::Kind;
  std::vector<base::Metric> all = {
      {"eyas_worker_exits_total",
       "Workers that ended without being told to.",
       Kind::kCounter,
       static_cast<double>(exits_.load()),
       {}},
      {"eyas_worker_unconfined_total",
       "Workers that run without a filter of system calls, because the kernel or the container refuses one.",
       Kind::kCounter,
       static_cast<double>(unconfined_.load()),
       {}},
  };
  for (size_t i = 0; i < kCallClasses; ++i) {
    all.push_back({"eyas_worker_trespasses_total",
                   "Workers that died of a system call they had given up, by what they were after.",
                   Kind::kCounter,
                   static_cast<double>(trespasses_[i].load()),
                   {{"class", class_name(static_cast<CallClass>(i))}}});
  }
  return all;
}

}  // namespace eyas::worker
