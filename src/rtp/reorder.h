// Reorder: puts the packets of one SSRC in order, says which are missing, and gives up on them in time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "rtp/packet.h"
#include "rtp/sequence.h"

namespace eyas::rtp {

struct ReorderOptions {
  size_t packets_max = 1024;                                 // held behind a hole, and the hole itself
  size_t bytes_max = 4 * 1024 * 1024;                        // held behind a hole
  base::Duration wait_max = std::chrono::milliseconds(250);  // for a missing packet; then it is lost
  base::Duration nack_delay = std::chrono::milliseconds(4);  // before a hole is taken for more than disorder
  base::Duration nack_interval = std::chrono::milliseconds(25);  // between two NACKs of one packet, at least
  unsigned nack_attempts_max = 8;
};

// Packets in order pass through without being copied. Lives on its session's loop.
class Reorder {
 public:
  // What comes out. `lost_before`: packets between this and the one before it are gone for good.
  struct Sink {
    virtual ~Sink() = default;
    // The view is valid during the call only. `arrival` is when this packet came in.
    virtual void on_packet(const PacketView& packet, bool lost_before, base::MonoTime arrival) = 0;
  };
  struct Counters {
    uint64_t received = 0;
    uint64_t reordered = 0;  // came late but in time
    uint64_t strays = 0;     // not passed on: came twice, after they were given up, or from far away
    uint64_t lost = 0;       // given up
    uint64_t restarts = 0;   // the sender began at another number
  };

  explicit Reorder(Sink& sink, ReorderOptions options = ReorderOptions());

  void push(const PacketView& packet, base::MonoTime now);
  // Gives up what has waited too long. Call it at next_deadline(), or about every 10 ms.
  void on_tick(base::MonoTime now);
  // When on_tick() has something to do; nullopt while nothing is missing.
  std::optional<base::MonoTime> next_deadline() const;

  // Appends the numbers that should be asked for now, ascending, and notes that they were.
  void take_missing(base::MonoTime now, std::vector<uint16_t>& out);
  // How long it takes from asking for a packet to having it, smoothed; zero until one came that was asked
  // for. NACKs are not repeated faster.
  base::Duration round_trip() const { return round_trip_; }

  const Counters& counters() const { return counters_; }
  // The highest number seen, with its cycles above 16 bits, as RTCP reports it.
  uint32_t highest_sequence() const { return started_ ? static_cast<uint32_t>(highest_) : 0; }

 private:
  struct Slot {
    bool held = false;
    std::vector<uint8_t> bytes;  // extension block, then payload
    size_t extension_bytes = 0;
    PacketView header;     // its spans are made anew when it leaves
    base::MonoTime since;  // held: arrival; missing: when the hole was seen
    base::MonoTime asked;  // missing: when last NACKed
    base::MonoTime first_asked;
    unsigned attempts = 0;
  };

  Slot& slot(int64_t sequence) { return slots_[static_cast<size_t>(sequence) % slots_.size()]; }
  const Slot& slot(int64_t sequence) const { return slots_[static_cast<size_t>(sequence) % slots_.size()]; }
  void start_at(int64_t sequence);
  bool is_restart(int64_t sequence);
  void restart_at(int64_t sequence);
  void make_room(int64_t sequence);
  void found(const Slot& place, base::MonoTime now);
  void hold(const PacketView& packet, int64_t sequence, base::MonoTime now);
  void deliver(const PacketView& packet, base::MonoTime arrival);
  void release();
  void give_up_one();

  Sink& sink_;
  ReorderOptions options_;
  base::Duration round_trip_{0};
  // By sequence number, modulo; those from next_ to highest_ count. Either that range is empty, or next_ is
  // missing and highest_ is held. Made when the first hole opens.
  std::vector<Slot> slots_;
  int64_t next_ = 0;  // what the sink waits for
  int64_t highest_ = -1;
  size_t held_bytes_ = 0;
  bool started_ = false;
  bool lost_before_ = false;
  std::optional<int64_t> restart_expected_;  // the number that would prove a restart
  Counters counters_;
};

}  // namespace eyas::rtp
