// What the API, the metrics and the page say of a stream: plain values, copied from the stream's loop.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "hub/normaliser.h"
#include "media/frame.h"

namespace eyas::hub {

// Counters of a protocol's own, e.g. the quirks that were accepted.
using Counters = std::vector<std::pair<std::string, uint64_t>>;

struct PublisherFacts {
  std::string protocol;
  std::string session;
  std::string peer;
  base::WallTime since;
  int rank = 0;
  bool on_air = false;
  base::Duration backlog{0};  // how much later frames arrive than the best of them did
};

// A reader that measures its path.
struct ReaderFacts {
  std::string protocol;
  std::string session;
  std::string peer;
  base::WallTime since;
  Counters counters;  // what it said last
};

struct TrackFacts {
  media::TrackPtr track;
  double bitrate_bps = 0;
  double measured_fps = 0;
  uint64_t frames = 0;
  bool reordered = false;  // pictures were decoded in another order than they are shown in: B-frames
};

// Something is wrong with a stream, and has been for a while.
struct Alarm {
  std::string kind;  // "no_frames", "frozen", ...
  base::WallTime since;
  std::string detail;  // for people
  bool operator==(const Alarm&) const = default;
};

struct StreamFacts {
  std::string name;
  bool live = false;  // a publisher is on air; else the stream waits for one
  base::WallTime since;
  std::vector<PublisherFacts> publishers;  // best rank first
  std::vector<TrackFacts> tracks;
  std::map<std::string, uint64_t> readers_by_protocol;
  std::vector<ReaderFacts>
      readers;  // those that say something of themselves, oldest first; a part of them all
  double bitrate_bps = 0;
  base::Duration keyframe_interval{0};
  base::Duration keyframe_age{0};  // media time since the last keyframe
  uint64_t frames_in = 0;
  uint64_t bytes_in = 0;
  uint64_t frames_before_key = 0;  // dropped: nothing could have decoded them
  Repairs repairs;
  uint64_t readers_lapped = 0;
  uint64_t units_lost = 0;
  size_t ring_bytes = 0;
  size_t ring_groups = 0;
  base::Duration ring_span{0};
  Counters quirks;
  std::vector<Alarm> alarms;
};

}  // namespace eyas::hub
