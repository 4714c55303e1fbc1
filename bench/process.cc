#include "bench/process.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace eyas::bench {
namespace {

double seconds_of(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// User and system time stand at places 14 and 15; the name at place 2 may hold blanks [proc(5)].
double cpu_seconds_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  size_t after_name = line.rfind(')');
  if (after_name == std::string::npos) return 0;
  std::istringstream rest(line.substr(after_name + 1));
  std::string skipped;
  for (int place = 3; place < 14; ++place) rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double rss_mib_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

}  // namespace

Usage usage_of(const std::vector<int>& pids) {
  Usage all;
  for (int pid : pids) {
    all.cpu_seconds += cpu_seconds_of(pid);
    all.rss_mib += rss_mib_of(pid);
  }
  return all;
}

int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

double thread_cpu_seconds() {
  return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void prefer_this_thread() {
  sched_param parameter{};
  parameter.sched_priority = 1;
  int refused = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter);
  static std::atomic<bool> said{false};
  if (refused == 0 || said.exchange(true)) return;
  std::fprintf(stderr,
               "eyas-bench: SCHED_FIFO is refused (%s): latencies hold the wait for this tool's own turn\n",
               std::strerror(refused));
}

}  // namespace eyas::bench
