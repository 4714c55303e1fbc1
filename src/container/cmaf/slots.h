// Slots: stretches of nearly constant length on a stream's timeline, numbered one after another: what DASH
// addresses by $Number$. HLS segments follow keyframes wherever those are; a slot is a run of the same parts
// that follows the clock, so that a player can tell its number from the time of day.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/frame.h"

namespace eyas::cmaf {

// What lengths of slots are said in.
using SlotTicks = std::chrono::duration<int64_t, std::ratio<1, 10'000'000>>;

// A stretch of the timeline that one set of codec configurations covers: a DASH Period. Slot `first` + n
// begins at `start` + n lengths.
struct Epoch {
  uint64_t first = 0;
  media::MediaTime start;
  // The first number that is not its own any more; 0 while it goes on.
  uint64_t end = 0;
};

// The slots of all tracks of a stream. Pure. Lives with its muxer.
class Slots {
 public:
  explicit Slots(uint64_t first_number) : next_(first_number) {}

  // A new epoch, unless one has begun there already.
  void begin(media::MediaTime start);
  // How long slots are; the first word counts.
  void settle(base::Duration length);
  bool settled() const { return length_.count() > 0; }
  base::Duration length() const { return length_; }
  const std::vector<Epoch>& epochs() const { return epochs_; }
  // Lets epochs go that end at or before this number.
  void forget_before(uint64_t number);

  // What the first frame of a part lets begin there.
  enum class Entry : uint8_t {
    kAlways,  // sound: wherever the clock says
    kKey,     // a keyframe: an eighth early, or late
    kNone,    // in a group: only when no keyframe came until half a length late
  };
  // Where a part belongs that starts at `at`, after one in slot `before` of the same track. A slot begins at
  // most half its length from where the clock says [ISO 23009-1 5.3.9.5.3], at a keyframe where there is one.
  // `part`: the usual length of parts.
  uint64_t slot_of(media::MediaTime at, Entry entry, base::Duration part, std::optional<uint64_t> before);

 private:
  std::vector<Epoch> epochs_;
  base::Duration length_{0};
  uint64_t next_;  // the first number that no part has
};

}  // namespace eyas::cmaf
