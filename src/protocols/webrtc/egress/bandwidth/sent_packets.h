// SentPackets: when each packet of a transport left, until the viewer has told of its arrival.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "rtp/sequence.h"
#include "rtp/transport_feedback.h"

namespace eyas::webrtc {

// What the viewer said of one packet.
struct PacketResult {
  base::MonoTime sent;
  std::optional<base::Duration> arrival;  // on the viewer's clock; nullopt: it has not come
  uint16_t bytes = 0;
  uint8_t probe = 0;                   // the probe it was part of; 0: none
  std::optional<uint16_t> repairs_as;  // what its sender gave to add()
  bool had_lost = false;               // an earlier feedback took it for lost
};

// Numbers the packets of one viewer [draft-holmer-rmcat-transport-wide-cc-extensions-01 2]. Twelve bytes a
// packet; grows with what is in flight and never beyond kCapacityMax. Lives on its session's loop.
class SentPackets {
 public:
  static constexpr size_t kCapacityMin = 64;
  static constexpr size_t kCapacityMax = 8192;
  // A packet reported lost may still turn up; after this long it does not.
  static constexpr base::Duration kLateMax = std::chrono::milliseconds(1000);
  // Nor does what nothing at all was heard of for this long.
  static constexpr base::Duration kUnheardMax = std::chrono::milliseconds(3000);

  explicit SentPackets(uint16_t first) : base_(first), next_(first) {}

  // The number that add() will give.
  uint16_t next() const { return static_cast<uint16_t>(next_); }
  // `repairs_as`: the number of the video packet to send again when this one is lost.
  void add(base::MonoTime now, size_t bytes, uint8_t probe, std::optional<uint16_t> repairs_as = {});
  // Appends what is new in `feedback`, in the order of sending. Returns the numbers to repair as of packets
  // that the one before it told of, when that was lost on its way; each once.
  std::vector<uint16_t> take(const rtp::TransportFeedback& feedback, base::MonoTime now,
                             std::vector<PacketResult>& out);

  // When the oldest packet left of which nothing was heard; nullopt when all were reported.
  std::optional<base::MonoTime> oldest_unreported() const;
  size_t capacity() const { return slots_.size(); }

 private:
  enum class State : uint8_t { kInFlight, kLost, kReceived };
  struct Slot {
    uint32_t sent_us;  // since epoch_; wraps after 71 minutes, of which kLateMax is a small part
    uint16_t bytes;
    uint16_t repairs_as;
    uint8_t probe;
    bool repairable;
    State state;
  };

  Slot& slot(int64_t number) { return slots_[static_cast<size_t>(number) & (slots_.size() - 1)]; }
  const Slot& slot(int64_t number) const { return slots_[static_cast<size_t>(number) & (slots_.size() - 1)]; }
  base::MonoTime sent_at(const Slot& slot) const;
  std::vector<uint16_t> skipped_before(int64_t number) const;
  void grow();
  void forget_old(base::MonoTime now);

  std::vector<Slot> slots_;
  int64_t base_;           // oldest that is remembered
  int64_t next_;           // number of the next packet
  int64_t reported_ = -1;  // highest that was reported
  base::MonoTime newest_sent_;
};

}  // namespace eyas::webrtc
