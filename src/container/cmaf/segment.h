// Segments and parts as they are kept and served: immutable once they can be seen.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::cmaf {

struct Part {
  base::Slice bytes;  // moof and mdat
  base::Duration duration{0};
  bool independent = false;  // its first frame is a keyframe
  uint64_t slot = 0;         // where it belongs on the clock: see slots.h
};

struct Segment {
  uint64_t msn = 0;         // Media Sequence Number
  uint64_t generation = 0;  // which init segment it is decoded with
  bool discontinuity = false;
  bool complete = false;
  base::WallTime start;  // EXT-X-PROGRAM-DATE-TIME
  base::Duration duration{0};
  std::vector<Part> parts;  // concatenated they are the segment

  size_t bytes() const {
    size_t total = 0;
    for (const Part& part : parts) total += part.bytes.size();
    return total;
  }
};
using SegmentPtr = std::shared_ptr<const Segment>;

// What segments of one generation are decoded with.
struct Init {
  base::Slice bytes;
  media::CodecConfig config;
};

// Where a playlist ends: the next part that will appear.
struct Position {
  uint64_t msn = 0;
  uint64_t part = 0;
  auto operator<=>(const Position&) const = default;
};

// Bits a second.
struct Bandwidth {
  double peak = 0;  // of the segment with the most
  double average = 0;
};

// One track at one moment. Immutable; what it holds is shared with the next moment.
struct RenditionView {
  std::string name;  // "video" or "audio"
  media::CodecConfig config;
  uint32_t timescale = 0;  // ticks a second
  double frame_rate = 0;   // 0 = unknown
  base::Duration part_target{0};
  base::Duration target_duration{0};  // whole seconds
  uint64_t discontinuity_sequence = 0;
  std::vector<SegmentPtr> segments;  // listed; the last one may be open, then it has a part
  std::deque<SegmentPtr> retired;    // no longer listed, still served
  std::map<uint64_t, Init> inits;    // by generation

  size_t complete_segments() const {
    return segments.size() - (!segments.empty() && !segments.back()->complete ? 1 : 0);
  }
  bool video() const { return media::kind_of(config.codec) == media::TrackKind::kVideo; }
  Bandwidth bandwidth() const;  // of what is listed
  // The first position that is not there yet.
  Position next() const;

  // The parts of a slot, in order; empty when none is kept. `complete`: a later slot has begun.
  struct SlotParts {
    std::vector<base::Slice> parts;
    uint64_t generation = 0;
    bool complete = false;
  };
  SlotParts slot(uint64_t number) const;
  // Calls `visit(segment, part)` for every part that is kept, oldest first.
  template <typename Visit>
  void for_each_part(Visit visit) const {
    for (const SegmentPtr& segment : retired)
      for (const Part& part : segment->parts) visit(*segment, part);
    for (const SegmentPtr& segment : segments)
      for (const Part& part : segment->parts) visit(*segment, part);
  }
};

}  // namespace eyas::cmaf
