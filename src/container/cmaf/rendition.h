// Rendition: one track cut into parts and segments.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/memory_file.h"
#include "container/cmaf/events.h"
#include "container/cmaf/segment.h"
#include "container/cmaf/settings.h"
#include "container/cmaf/slots.h"
#include "container/mp4/fragment.h"
#include "media/frame.h"

namespace eyas::cmaf {

// Pure. Lives on its stream's channel.
//
// Frames are held until the next one tells how long they last; so a part comes out one frame late, and its
// durations are exact. The part target is the whole number of frames nearest to the option, with 8 % of room
// on both sides for jitter: a part of that many frames is then always within 85 % and 100 % of it.
class Rendition {
 public:
  // Numbers of segments and init segments start at `first_number`.
  // `slots` outlives it.
  Rendition(std::string name, const Settings& settings, uint64_t first_number, Slots& slots);

  struct Frame {
    media::TrackPtr track;
    media::MediaTime pts, dts;
    base::Duration nominal{0};  // what the packet itself says (audio); 0 = unknown
    bool key = false;
    base::Slice payload;
    base::WallTime wall;  // when `pts` was
  };
  // A leader ends its segments itself, at keyframes; a follower at the times it is told.
  void push(Frame frame, bool leader);

  // Goes out with the next part. False when there are too many already.
  bool push_event(EventStream stream, media::MediaTime at, base::Slice data) {
    return events_.push(std::move(stream), at, std::move(data));
  }

  // A follower's segment ends at its first frame at or after `at`.
  void end_segment_at(media::MediaTime at, bool discontinuity);
  // What push() began last: a new segment at this time. Cleared by asking.
  struct Began {
    media::MediaTime at;
    bool discontinuity = false;
    bool told = false;  // by the other track, which therefore need not be told
  };
  std::optional<Began> take_began() { return std::exchange(began_, std::nullopt); }

  // The newest whole segment; null before there is one.
  SegmentPtr newest_whole() const { return listed_.empty() ? nullptr : listed_.back(); }
  // The oldest slot that is kept.
  std::optional<uint64_t> oldest_slot() const;

  bool started() const { return timescale_ != 0; }
  // A part or a segment came since the last call.
  bool take_changed() { return std::exchange(changed_, false); }
  RenditionView view() const;
  size_t bytes() const { return bytes_ + pending_bytes_; }
  // Lets go of the oldest segment that may go; false when only the newest is left.
  bool drop_oldest();

 private:
  struct Pending {
    mp4::Sample sample;
    uint64_t dts = 0;
    base::WallTime wall;
  };

  bool reconfigure(const Frame& frame);
  uint64_t ticks_of(const Frame& frame) const;
  bool segment_ends_before(const Frame& frame, bool leader, bool gap) const;
  void fit_into_parts();
  void cut_part(size_t samples);
  base::Slice write_part(std::span<const mp4::Sample> samples, bool begins_slot);
  uint64_t slot_of_part(bool key) const;
  void begin_segment(const Frame& frame);
  void complete_segment();
  void measure_frame_rate();
  void choose_part_target();
  void slide_window();
  void append(const Frame& frame, uint64_t dts);
  uint64_t pending_ticks(size_t samples) const;
  base::Duration to_duration(uint64_t ticks) const;
  uint64_t to_ticks(base::Duration duration) const;

  const std::string name_;
  const Settings settings_;
  Slots& slots_;
  std::optional<uint64_t> slot_;  // of the newest part
  media::TrackPtr track_;
  uint32_t timescale_ = 0;
  uint64_t frame_ticks_ = 0;  // length of a usual frame
  uint64_t part_ticks_ = 0;   // 0 until the frame rate is known
  base::Duration part_target_{0};
  uint64_t next_msn_;
  uint64_t generation_;
  uint64_t fragments_ = 0;
  base::MemoryFile memory_;  // of the parts, which every viewer gets
  std::vector<Pending> pending_;
  EventQueue events_;
  uint64_t segment_ticks_ = 0;
  uint64_t segment_frames_ = 0;
  double measured_rate_ = 0;  // of the last segment; 0 until there is one
  Segment open_;
  bool has_open_ = false;
  std::optional<Began> boundary_;
  std::optional<Began> began_;
  bool changed_ = false;
  uint64_t discontinuity_sequence_ = 0;
  std::deque<SegmentPtr> listed_;
  std::deque<SegmentPtr> retired_;
  std::map<uint64_t, Init> inits_;
  size_t bytes_ = 0;          // of all parts
  size_t pending_bytes_ = 0;  // of what waits for the next part
};

}  // namespace eyas::cmaf
