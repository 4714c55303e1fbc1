// Viewers of low-latency HLS: a blocking playlist reload, then the part that it told of, for each part, over
// one kept connection. With a server of files: the same requests for the same bytes, at the same pace.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/hls_viewers.h"

namespace eyas::bench {

struct PartLoad : HlsLoad {
  std::vector<double> part_ms;  // stamp of a part's last picture to the whole part, of sampled viewers
};

// Lives on the thread that made it.
class PartViewers {
 public:
  // `pace_ms` 0: blocking reloads pace the viewers; else each asks for a playlist and one of its parts so
  // often. `sampled`: read the moment that something comes, with every byte; else every 10 ms, uncopied.
  PartViewers(const Target& target, int count, int pace_ms, bool sampled);
  ~PartViewers();
  // Lets the viewers watch for so long; what came in that time.
  PartLoad watch(double seconds);

 private:
  struct Viewer;
  void begin_due();
  void read(Viewer& viewer);
  void on_answer(Viewer& viewer);
  void on_playlist(Viewer& viewer, const std::string& playlist);
  void on_part(Viewer& viewer);
  void ask_part(Viewer& viewer);

  Target target_;
  int64_t pace_ns_;
  bool sampled_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  int epoll_fd_;
  PartLoad load_;
};

}  // namespace eyas::bench
