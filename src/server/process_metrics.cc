#include "server/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "base/memory_file.h"
#include "io/descriptors.h"

namespace eyas::server {
namespace {

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = -3;  // ".", ".." and the folder itself
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

double descriptor_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

std::vector<base::Metric> process_metrics() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  using Kind = base::Metric::Kind;
  return {
      {"process_cpu_seconds_total",
       "CPU time used.",
       Kind::kCounter,
       seconds(usage.ru_utime) + seconds(usage.ru_stime),
       {}},
      {"process_resident_memory_bytes", "Resident memory.", Kind::kGauge, resident_bytes(), {}},
      {"process_open_fds", "Open descriptors.", Kind::kGauge, open_descriptors(), {}},
      {"process_max_fds", "Descriptors that may be open.", Kind::kGauge, descriptor_limit(), {}},
      {"eyas_accepts_put_off_total",
       "Times that newcomers had to wait because descriptors ran out.",
       Kind::kCounter,
       static_cast<double>(io::accepts_put_off()),
       {}},
      {"eyas_memory_files",
       "Files of memory that hold segments, a quarter of the descriptors at most.",
       Kind::kGauge,
       static_cast<double>(base::MemoryFile::open_files()),
       {}},
  };
}

}  // namespace eyas::server
