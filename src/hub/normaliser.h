// Normaliser: makes a publisher's timeline monotonic and continuous, whatever a drone sends, and counts each
// repair.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "media/frame.h"

namespace eyas::hub {

// What was mended, counted per stream.
struct Repairs {
  uint64_t wrap = 0;           // the sender's clock ran over its width
  uint64_t jump_forward = 0;   // media time leapt while the wall clock did not
  uint64_t jump_back = 0;      // media time fell back by more than reordering explains
  uint64_t non_monotonic = 0;  // DTS went back a little
  uint64_t duplicate = 0;      // the DTS of the frame before, again
  uint64_t jitter = 0;         // rounding to milliseconds undone
  uint64_t late_audio = 0;     // audio began more than a second after video
  uint64_t missing_track = 0;  // a track was announced and never came

  using Row = std::pair<const char*, uint64_t>;
  std::array<Row, 8> rows() const;
};

// Pure: time comes with the frames. One per stream; a new publisher continues the same timeline through
// begin_source().
class Normaliser {
 public:
  struct Limits {
    // RTMP and FLV carry milliseconds in 32 bits.
    base::Duration wrap_period = std::chrono::milliseconds(int64_t{1} << 32);
    // A step of DTS larger than this is a jump when arrival does not bear it out.
    base::Duration jump = std::chrono::seconds(3);
    // A step back up to this is reordering by the sender: DTS is held, no new timeline.
    base::Duration back = std::chrono::seconds(1);
    // Rounding to milliseconds moves a timestamp by less than this.
    base::Duration rounding = std::chrono::microseconds(1100);
    base::Duration late_audio = std::chrono::seconds(1);
    // After this long without a frame an announced track is missing.
    base::Duration missing = std::chrono::seconds(3);
  };

  Normaliser() : Normaliser(Limits()) {}
  explicit Normaliser(Limits limits) : limits_(limits) {}

  // The next frame comes from another publisher, or from one that returned: its clock is a new one.
  void begin_source();
  // Gives `frame` its place on the stream's timeline: dts never decreases per track, pts >= dts.
  void place(media::Frame& frame);
  // Counts announced tracks that never came. `announced` is the stream's track set.
  void look_for_missing(const media::TrackSet& announced);

  const Repairs& repairs() const { return repairs_; }
  // The latest dts given out, of any track.
  media::MediaTime latest() const { return latest_; }

 private:
  struct TrackState {
    bool started = false;      // has a frame of the present source
    int64_t raw_dts = 0;       // unwrapped, of the last frame
    media::MediaTime out_dts;  // given to the last frame
    base::MonoTime arrival;
    base::Duration step{0};   // typical distance between frames; zero until known
    base::Duration epoch{0};  // added for wraps seen by this track
    bool reported_missing = false;
  };

  base::Duration unwrap(TrackState& track, base::Duration raw);
  // The offset from the sender's clock to ours for this frame; mends jumps.
  base::Duration offset_for(TrackState& track, const media::Frame& frame, base::Duration raw);
  media::MediaTime smooth(TrackState& track, const media::Frame& frame, media::MediaTime out);
  media::MediaTime keep_monotonic(TrackState& track, media::MediaTime out, bool& discontinuity);
  void start_source(const media::Frame& frame, base::Duration raw);
  void start_track(TrackState& track, const media::Frame& frame);

  Limits limits_;
  Repairs repairs_;
  std::map<media::TrackId, TrackState> tracks_;
  bool source_started_ = false;
  base::MonoTime source_arrival_;
  bool mended_ = false;                          // the frame in hand follows a mended jump
  base::Duration offset_{0};                     // ours = sender's + offset
  std::optional<base::Duration> offset_before_;  // of before the last jump: stragglers still use it
  media::MediaTime latest_{};
  base::MonoTime latest_arrival_{};
};

}  // namespace eyas::hub
