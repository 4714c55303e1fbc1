// Many WHEP viewers: a crowd that counts datagrams, a few that decrypt, and those who only throw junk at the
// port.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "bench/whep_viewer.h"

namespace eyas::bench {

// What viewers got in a measuring window.
struct WhepTotals {
  uint64_t bytes = 0;
  uint64_t datagrams = 0;
  uint64_t lost = 0;
  int playing = 0;
  int refused = 0;  // by HTTP
  int ended = 0;    // by the server, or never began

  WhepTotals& operator+=(const WhepTotals& other);
};

// A group of viewers read by one thread. Lives on that thread.
class WhepGroup {
 public:
  WhepGroup();
  ~WhepGroup();

  WhepViewer& join(const WhepWorld& world, SignallingClient& http, Samples* samples);
  // Reads what is there, waiting up to `wait`; ticks all every few milliseconds.
  void turn(base::Duration wait, bool record_latency);
  // Joined, but no video packet yet.
  size_t waiting() const;
  size_t size() const { return viewers_.size(); }

  void begin_window();
  WhepTotals totals() const;  // since begin_window()

 private:
  int epoll_fd_;
  int64_t next_tick_ns_ = 0;
  std::deque<std::unique_ptr<WhepViewer>> viewers_;
  uint64_t bytes_before_ = 0;
  uint64_t datagrams_before_ = 0;
};

// A crowd on a thread of its own, read every few milliseconds.
class WhepCrowd {
 public:
  // Returns when all play, or were refused, or `patience` is over.
  WhepCrowd(const WhepWorld& world, int count, base::Duration patience);
  ~WhepCrowd();

  void begin_window() { ask(kBegin); }
  WhepTotals totals() { return ask(kTotals), totals_; }

 private:
  enum Request : int { kNothing, kBegin, kTotals, kStop };

  void run(const WhepWorld& world, int count, base::Duration patience);
  void join_all(WhepGroup& group, const WhepWorld& world, int count, base::Duration patience);
  void ask(Request request);

  std::atomic<int> request_{kNothing};
  std::atomic<bool> joined_{false};
  WhepTotals totals_;
  std::thread thread_;
};

// Sends datagrams that belong to no session, of every kind that the port takes, from a thread of its own.
class JunkFlood {
 public:
  JunkFlood(uint16_t port, int per_second);
  ~JunkFlood();
  uint64_t sent() const { return sent_; }

 private:
  void run(uint16_t port, int per_second);

  std::atomic<uint64_t> sent_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Opens sessions, waits for each one's first video packet and closes it again.
struct ChurnTotals {
  int opened = 0;
  int failed = 0;  // refused, or no video packet within two seconds
};
ChurnTotals churn(const WhepWorld& world, int count);

}  // namespace eyas::bench
