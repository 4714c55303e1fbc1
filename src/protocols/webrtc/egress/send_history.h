// SendHistory: what was sent lately, to send it again. Holds the feed's own units: nothing is copied.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "protocols/webrtc/egress/packet_format.h"

namespace eyas::webrtc {

// The first limit that is reached counts.
struct HistoryLimits {
  base::Duration span = std::chrono::milliseconds(1500);
  size_t packets_max = 4096;
  size_t bytes_max = 4u << 20;  // what one viewer may keep alive of the feed
};

// Lives on its session's loop.
class SendHistory {
 public:
  struct Found {
    const PacketUnit& unit;
    const rtp::PayloadPacket& packet;
    uint32_t timestamp;  // as it was sent
    bool last;           // of its unit
  };

  explicit SendHistory(HistoryLimits limits) : limits_(limits) {}

  // The unit's packets leave with numbers from `first_sequence` on; units come in order, without gaps.
  void add(PacketUnitPtr unit, uint16_t first_sequence, uint32_t timestamp, base::MonoTime now);
  // A packet by its number; nullopt when it is no longer, or was never, here. `sent_end`: the number after
  // the last packet that left.
  std::optional<Found> find(uint16_t sequence, uint16_t sent_end) const;
  void forget_old(base::MonoTime now);

  size_t packets() const { return packets_; }
  size_t bytes() const { return bytes_; }
  size_t units() const { return entries_.size(); }

 private:
  struct Entry {
    PacketUnitPtr unit;
    int64_t first;
    uint32_t timestamp;
    base::MonoTime since;
  };

  void drop_oldest();

  HistoryLimits limits_;
  std::deque<Entry> entries_;
  int64_t end_ = 0;  // one more than the highest number; numbers here do not wrap
  size_t packets_ = 0;
  size_t bytes_ = 0;
};

}  // namespace eyas::webrtc
