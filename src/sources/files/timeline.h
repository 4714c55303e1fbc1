// Timeline: files one after another on one timeline. Pure.
#pragma once

#include <map>
#include <span>

#include "media/frame.h"
#include "worker/protocol.h"

namespace eyas::files {

// Lives with its player.
class Timeline {
 public:
  // A file whose tracks begin so is next. It is put where no track of it runs into what the same track had
  // before, and no later than that: one track goes on without a gap, and sound stays with its picture.
  void begin(std::span<const worker::OpenedMessage::First> firsts);
  // Puts a frame of that file, with times in the file, in its place. Decoding times never go back.
  void place(media::Frame& frame);
  // From a position in that file to its place.
  base::Duration offset() const { return offset_; }
  // When the last of all that was placed is over; data moves nothing.
  media::MediaTime end() const { return end_; }

 private:
  struct Track {
    media::MediaTime last_dts;
    media::MediaTime end;  // of what was shown last
    base::Duration step{0};
  };
  std::map<media::TrackId, Track> tracks_;
  base::Duration offset_{0};
  media::MediaTime end_;
  bool begun_ = false;
};

}  // namespace eyas::files
