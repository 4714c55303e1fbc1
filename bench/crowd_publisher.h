// Publishes one file over RTMP under many names at once, paced by its timestamps, again and again.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "bench/connect.h"
#include "bench/flv_file.h"

namespace eyas::bench {

// The name of one of many streams: "bench0", "bench1", ...
std::string name_of_stream(size_t index);

// The streams' pictures are spread evenly over the time of one, as cameras that know nothing of each other
// send theirs. Has a thread of its own from construction to destruction.
class CrowdPublisher {
 public:
  CrowdPublisher(const Target& server, const std::vector<FileTag>& tags, size_t streams);
  ~CrowdPublisher();
  uint64_t bytes() const { return bytes_; }
  // The furthest that it was behind the file's own pace: a load tool at its limit measures itself.
  double late_ms_max() const { return late_ms_max_; }

 private:
  struct Connection {
    int fd = -1;
    int64_t began_ns = 0;
    size_t next = 0;  // tag
    uint32_t round = 0;
  };
  void run();
  void send(Connection& connection);
  int64_t due_ns(const Connection& connection) const;

  std::vector<FileTag> tags_;
  uint32_t round_ms_;
  std::vector<Connection> connections_;
  std::atomic<uint64_t> bytes_{0};
  std::atomic<double> late_ms_max_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace eyas::bench
