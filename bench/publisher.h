// Publishes a file over RTMP, paced by its timestamps, again and again, each access unit stamped.
#pragma once

#include <atomic>
#include <thread>

#include "bench/connect.h"
#include "bench/flv_file.h"

namespace eyas::bench {

// Has a thread of its own from construction to destruction.
class Publisher {
 public:
  Publisher(const Target& target, std::vector<FileTag> tags);
  ~Publisher();
  uint64_t pictures() const { return pictures_; }

 private:
  void run();
  void send(const FileTag& tag, uint32_t timestamp_ms);

  std::vector<FileTag> tags_;
  Target target_;
  int fd_;
  rtmp::ChunkWriter writer_{kClientChunkSize};
  std::atomic<uint64_t> pictures_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace eyas::bench
