// Lane: the packets of one PID, put together into PES packets for its elementary stream.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "container/mpegts/elementary.h"
#include "container/mpegts/packet.h"
#include "container/mpegts/pes.h"
#include "container/mpegts/timeline.h"

namespace eyas::mpegts {

// Whether a packet follows the one before of its PID [ISO 13818-1 2.4.3.3].
class ContinuityCheck {
 public:
  enum class Verdict { kFollows, kDuplicate, kMissing };
  Verdict check(const Packet& packet);

 private:
  std::optional<uint8_t> last_;
  std::vector<uint8_t> last_payload_;
};

// Pure. Lives with its demuxer.
class Lane {
 public:
  Lane(uint16_t pid, StreamForm form, media::TrackId id, Elementary::Context context, Timeline& timeline);

  void on_packet(const Packet& packet, base::MonoTime arrival);
  // The unit under way ends here.
  void flush();

  uint16_t pid() const { return pid_; }
  const StreamForm& form() const { return form_; }
  media::TrackId id() const { return id_; }
  uint64_t scrambled_run() const { return scrambled_run_; }

 private:
  void on_payload(const Packet& packet, base::MonoTime arrival);
  void lose();
  void finish();
  void watch_stuffing(const Packet& packet);
  bool stuffing_ends_unit(const Packet& packet) const;

  uint16_t pid_;
  StreamForm form_;
  media::TrackId id_;
  Elementary::Context context_;
  Timeline& timeline_;
  std::unique_ptr<Elementary> elementary_;
  ContinuityCheck continuity_;
  PesAssembly pes_;
  base::MonoTime arrival_;  // of the newest packet of the unit under way
  uint64_t scrambled_run_ = 0;
  bool ended_by_stuffing_ = false;  // the last unit was taken for whole before the next one began
  bool stuffed_ = false;            // the newest packet of the unit under way has stuffing
  unsigned stuffing_proof_ = 0;     // units that stuffing ended, and no other packet had any
  bool stuffing_lies_ = false;      // stuffing was seen inside a unit
};

}  // namespace eyas::mpegts
