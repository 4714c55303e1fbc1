// Finds packets in bytes that are cut anywhere, and finds them again when other bytes came between.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "container/mpegts/packet.h"

namespace eyas::mpegts {

// Holds less than kSyncRun packets between calls. Packets are 188 bytes, 192 (a time stamp before each, as
// Blu-ray has it) or 204 (Reed-Solomon parity behind each).
class PacketFinder {
 public:
  // Sync bytes in a row that make us believe: a lone 0x47 is in every picture.
  static constexpr size_t kSyncRun = 3;
  static constexpr size_t kStrideMax = 204;

  // Adds bytes; next() then gives the packets in them.
  void add(base::Bytes bytes);
  // kPacketBytes, valid until the next add(); empty when more bytes are needed.
  base::Bytes next();
  // No more bytes will come: a run at the end may be shorter.
  void finish() { finishing_ = true; }

  // Bytes outside packets since the last packet, and since the beginning.
  uint64_t unsynced_bytes() const { return unsynced_; }
  uint64_t lost_bytes() const { return lost_; }
  // How often packets were found after other bytes.
  uint64_t resyncs() const { return resyncs_; }

 private:
  bool find();
  bool run_at(size_t at, size_t stride, bool& more) const;

  std::vector<uint8_t> held_;
  size_t at_ = 0;      // of the next sync byte in held_
  size_t stride_ = 0;  // 0: not found yet
  bool synced_ = false;
  bool finishing_ = false;
  uint64_t unsynced_ = 0;
  uint64_t lost_ = 0;
  uint64_t resyncs_ = 0;
};

}  // namespace eyas::mpegts
