// Viewers of HTTP-FLV, RTMP and RTSP: many that only take the bytes, and a few that read every tag.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "bench/connect.h"
#include "bench/flv_file.h"

namespace eyas::bench {

enum class Way : uint8_t { kHttpFlv, kRtmp, kRtspTcp, kRtspUdp };

// What sampled viewers saw, put together.
struct Samples {
  std::vector<double> relay_ms;        // stamp to whole tag, inside the measuring window
  std::vector<double> first_coded_ms;  // request (HTTP) or connect (RTMP) to the first coded picture
  uint64_t lost = 0;                   // counters left out
  uint64_t began_without_key = 0;
};

// Reads every tag. Lives on the thread that made it.
class SampledViewer {
 public:
  virtual ~SampledViewer();
  static std::unique_ptr<SampledViewer> join(Way way, const Target& target, Samples& samples);

  // What poll() watches.
  int fd() const { return media_fd_; }
  // Reads what is there; gives the bytes read.
  size_t read(bool record_latency);
  bool saw_picture() const { return saw_picture_; }

 protected:
  explicit SampledViewer(const Target& target, Samples& samples);
  virtual void take(base::Bytes bytes) = 0;
  void on_video(base::Bytes tag_body);
  void start_clock();

  int fd_;        // the connection
  int media_fd_;  // where media comes; another one than the connection over UDP

 private:
  Samples& samples_;
  int64_t asked_ns_ = 0;
  std::optional<uint64_t> last_counter_;
  bool saw_picture_ = false;
  bool record_latency_ = false;
  std::vector<uint8_t> buffer_;
};

// Takes bytes every 10 ms, on a thread of its own.
class BulkViewers {
 public:
  BulkViewers(Way way, const Target& target);
  ~BulkViewers();
  // Further ones, so that others may join in between.
  void join(int count) { join(count, target_); }
  void join(int count, const Target& target);
  uint64_t bytes() const { return bytes_; }
  int closed() const { return closed_; }

 private:
  void drain();
  void drain_datagrams(int fd);

  Way way_;
  Target target_;
  std::mutex mutex_;
  std::vector<int> fds_;           // guarded by mutex_; of connections
  std::vector<int> datagram_fds_;  // guarded by mutex_
  std::atomic<uint64_t> bytes_{0};
  std::atomic<int> closed_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace eyas::bench
