// Pacer: video that waits to leave, and how fast it may.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "protocols/webrtc/egress/packet_format.h"

namespace eyas::webrtc {

// A leaky bucket in front of one viewer's path. While the path shows no congestion, ordinary frames pass at
// once and only what would be a burst is spread; when the path carries less than the stream, what does not
// fit waits here, where it can still be dropped, and not in the network's queues. Lives on its session's
// loop.
class Pacer {
 public:
  // Bytes that may leave together: on a free path, on one with a limit, and on one that is full.
  static constexpr int64_t kBurstFree = 48 * 1024;
  static constexpr int64_t kBurstLimited = 12 * 1024;
  static constexpr int64_t kBurstFull = 3 * 1200;
  static constexpr int64_t kDebtMax = 24 * 1024;
  // A single frame, however large, is spread over no more than this on a free path.
  static constexpr base::Duration kSpreadMax = std::chrono::milliseconds(10);
  // Over what a path is known to carry: a keyframe stands in a queue either way, but in the network's it
  // looks like congestion.
  static constexpr double kLimitFactor = 1.2;
  // What a path without a known limit gets.
  static constexpr uint64_t kUnknownBps = 10'000'000;
  // Timers fire no closer together than this.
  static constexpr base::Duration kStep = std::chrono::milliseconds(2);

  struct Entry {
    PacketUnitPtr unit;
    uint32_t timestamp = 0;
    size_t next_packet = 0;
    base::MonoTime since;
  };

  // `limit_bps` 0: no limit is known. `full`: the path carries less than what it should.
  void set_path(uint64_t limit_bps, bool full);

  void push(Entry entry);
  bool empty() const { return queue_.empty(); }
  Entry& front() { return queue_.front(); }
  const Entry& front() const { return queue_.front(); }
  void pop();
  size_t bytes() const { return bytes_; }
  size_t units() const { return queue_.size(); }

  // Drops units that no packet of has left and that came before `oldest`, with everything that builds on
  // them: up to the next keyframe that is young enough. Returns what became of the queue.
  struct Dropped {
    size_t units = 0;
    bool to_end = false;  // no keyframe stands behind the dropped: only a later one goes on
  };
  Dropped drop_before(base::MonoTime oldest);

  bool may_send(base::MonoTime now);
  // What left, through the queue or past it.
  void on_sent(size_t bytes) { budget_ = std::max(budget_ - static_cast<int64_t>(bytes), -2 * kDebtMax); }
  // So much went past the queue that it should wait.
  bool in_debt() const { return budget_ < -kDebtMax; }
  // When may_send() turns true; only while something waits.
  base::MonoTime next_at() const;

 private:
  uint64_t rate_bps() const;
  int64_t burst() const { return full_ ? kBurstFull : limit_bps_ != 0 ? kBurstLimited : kBurstFree; }
  void refill(base::MonoTime now);

  std::deque<Entry> queue_;
  size_t bytes_ = 0;
  uint64_t limit_bps_ = 0;
  bool full_ = false;
  int64_t budget_ = kBurstFree;
  base::MonoTime refilled_at_;
};

}  // namespace eyas::webrtc
