// Viewers of HLS: each asks for the media playlist and its newest segment once per segment duration, over one
// kept connection. The same requests go to any server of files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/http_client.h"

namespace eyas::bench {

struct HlsLoad {
  uint64_t bytes = 0;
  uint64_t requests = 0;
  uint64_t failures = 0;  // answers other than 200
};

// Lives on the thread that made it.
class HlsViewers {
 public:
  // target.path is a media playlist.
  HlsViewers(const Target& target, int count);
  ~HlsViewers();
  // Lets the viewers watch for so long; what came in that time.
  HlsLoad watch(double seconds);

 private:
  struct Viewer;
  void ask(Viewer& viewer, const std::string& path);
  void read(Viewer& viewer);
  void on_answer(Viewer& viewer);

  Target target_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  int epoll_fd_;
  HlsLoad load_;
};

}  // namespace eyas::bench
