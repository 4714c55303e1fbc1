// PieceJoiner: units sent in pieces, all with one timestamp, the last one marked.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "rtp/packet.h"

namespace eyas::rtp {

// DEVIATION: senders that never mark are understood too: a new timestamp ends the unit before it. Lives on
// its session's loop.
class PieceJoiner {
 public:
  struct Unit {
    uint32_t timestamp = 0;
    std::vector<uint8_t> bytes;
  };
  // `begins`: whether a payload is seen to begin a unit. Behind a loss nothing else tells.
  PieceJoiner(size_t unit_bytes_max, bool (*begins)(base::Bytes payload))
      : unit_bytes_max_(unit_bytes_max), begins_(begins) {}

  // The units that this packet completed. Those with a hole, and those that grow too large, are left out.
  void push(const PacketView& packet, bool lost_before, std::vector<Unit>& out) {
    if (lost_before) drop_until_next();
    if (packet.payload.empty()) return;
    if (packet.timestamp != open_.timestamp || !started_) begin(packet, out);
    if (whole_) append(packet.payload);
    if (packet.marker) end(out);
  }
  uint64_t too_large() const { return too_large_; }

 private:
  void begin(const PacketView& packet, std::vector<Unit>& out) {
    end(out);
    started_ = true;
    open_.timestamp = packet.timestamp;
    whole_ = !after_loss_ || begins_(packet.payload);
    after_loss_ = false;
  }
  void append(base::Bytes payload) {
    if (open_.bytes.size() + payload.size() > unit_bytes_max_) {
      whole_ = false;
      ++too_large_;
      open_.bytes = {};
      return;
    }
    open_.bytes.insert(open_.bytes.end(), payload.begin(), payload.end());
  }
  void end(std::vector<Unit>& out) {
    if (whole_ && !open_.bytes.empty()) out.push_back(std::exchange(open_, {}));
    open_.bytes.clear();
    started_ = whole_ = false;
  }
  void drop_until_next() {
    open_.bytes.clear();
    started_ = whole_ = false;
    after_loss_ = true;
  }

  size_t unit_bytes_max_;
  bool (*begins_)(base::Bytes payload);
  Unit open_;
  bool started_ = false;     // a unit is open
  bool whole_ = false;       // and has all its pieces so far
  bool after_loss_ = false;  // it is not known whether the next packet begins one
  uint64_t too_large_ = 0;
};

}  // namespace eyas::rtp
