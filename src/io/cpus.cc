#include "io/cpus.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

namespace eyas::io {
namespace {

unsigned affinity_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

// The path of our group below the mount, from /proc/self/cgroup: "0::/path" (v2) or "4:cpu,cpuacct:/path"
// (v1).
std::string group_path(const std::string& controller) {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    size_t first = line.find(':');
    size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    if (names.find("," + controller + ",") != std::string::npos) return line.substr(second + 1);
  }
  return "/";
}

// Processors that a quota amounts to; infinity without one. A container sees its own group at the mount's
// root.
double quota_v2() {
  double cpus = INFINITY;
  for (std::string path = group_path("");; path = path.substr(0, path.rfind('/'))) {
    std::ifstream file("/sys/fs/cgroup" + path + "/cpu.max");
    std::string quota;
    double period = 0;
    if (file >> quota >> period && quota != "max" && period > 0)
      cpus = std::min(cpus, std::stod(quota) / period);
    if (path.empty() || path.find('/') == std::string::npos) return cpus;
  }
}

double quota_v1() {
  std::string base = "/sys/fs/cgroup/cpu" + group_path("cpu");
  std::ifstream quota_file(base + "/cpu.cfs_quota_us");
  std::ifstream period_file(base + "/cpu.cfs_period_us");
  double quota = -1;
  double period = 0;
  if (quota_file >> quota && period_file >> period && quota > 0 && period > 0) return quota / period;
  return INFINITY;
}

}  // namespace

unsigned usable_cpus() {
  double quota = std::min(quota_v2(), quota_v1());
  unsigned affinity = affinity_cpus();
  if (quota >= affinity) return affinity;
  return static_cast<unsigned>(std::max(1.0, std::ceil(quota)));
}

}  // namespace eyas::io
