// Moment: everything of one stream that a player could ask for, as it stands when a part is ready.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "container/cmaf/events.h"
#include "container/cmaf/segment.h"
#include "container/cmaf/slots.h"
#include "media/frame.h"

namespace eyas::cmaf {

// Immutable, hence thread-safe: one is made for each new part and handed to every loop that has viewers.
// What it holds is shared with the moments before and after it.
struct Moment {
  std::vector<RenditionView> views;  // of the tracks that have media; video first
  media::MediaTime dts;              // of the frame that completed it
  base::Duration slot_length{0};     // 0 until the first segment is whole
  std::vector<Epoch> epochs;         // of which parts are kept; the last one goes on
  base::WallTime timeline_start;     // when media time zero would have come in: settled with slot_length
  base::Duration capture_offset{0};  // how much earlier than it came in the picture was taken
  uint64_t silent_frames = 0;        // packets of silence that took the place of audio, so far
  uint64_t dropped_segments = 0;     // segments that went early because of window_bytes, so far
  uint64_t dropped_events = 0;       // messages of data for which a part had no room, so far
  std::vector<EventStream> event_streams;  // what the first view's fragments carry beside the media

  // The sound is not AAC by itself and is to be: whoever serves this holds a lease of it.
  bool wants_aac = false;
  bool waits_for_aac = false;  // it is being made; players read once which tracks there are

  // Every track has a whole segment: players of all kinds can start.
  bool ready() const;
  const RenditionView* find(std::string_view name) const;
  // Its own bookkeeping: a ring keeps only the newest.
  static size_t bytes() { return 0; }
};
using MomentPtr = std::shared_ptr<const Moment>;

}  // namespace eyas::cmaf
