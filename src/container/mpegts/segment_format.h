// SegmentFormat: frames -> transport stream segments for HLS, the format of a feed. Packaged once per stream.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "container/mpegts/packager.h"

namespace eyas::mpegts {

struct SegmentSettings {
  base::Duration segment_duration = std::chrono::seconds(2);  // a segment ends at the first keyframe after it
  base::Duration segment_duration_max = std::chrono::seconds(4);  // ... and about here without one
  size_t window_segments = 7;  // listed; never less than three target durations
  // Listed and retired; the oldest go first, and a segment that is larger by itself is given up.
  size_t window_bytes = 96 * 1024 * 1024;
  base::Duration aac_wait = std::chrono::seconds(3);  // for a worker's AAC, before the first segment
};

// A segment that is whole. Immutable.
struct TsSegment {
  uint64_t number = 0;
  bool discontinuity = false;  // another configuration than the segment before
  base::Duration duration{0};
  base::WallTime start;  // when its first frame was taken, or came in
  std::vector<base::Slice> packets;
  size_t bytes = 0;
};
using TsSegmentPtr = std::shared_ptr<const TsSegment>;

// The segments that there are, as they stand when one is whole. Immutable, hence thread-safe.
struct TsWindow {
  std::deque<TsSegmentPtr> listed;   // empty while AAC is asked for and waited for
  std::deque<TsSegmentPtr> retired;  // no longer listed, still served
  uint64_t discontinuity_sequence = 0;
  uint64_t dropped_segments = 0;  // that went early because of window_bytes, so far
  base::Duration target{0};       // whole seconds
  bool wants_aac = false;         // sound that players do not know: AAC that a worker makes of it they do
  media::MediaTime dts;

  // Null when it is not there.
  TsSegmentPtr find(uint64_t number) const;
  static size_t bytes() { return 0; }  // a ring keeps only the newest
};

// Lives on its stream's loop. Used as hub::Feed<mpegts::SegmentFormat>.
class SegmentFormat {
 public:
  using Unit = TsWindow;
  struct Head {};
  using Settings = SegmentSettings;
  static constexpr const char* kName = "mpegts_segments";
  static constexpr bool kUnitsAreWhole = true;

  // The programme; in place of sound that players of HLS do not know in transport streams, which is Opus too,
  // what a worker made of it in AAC, when it is there.
  static media::TrackSet select(const media::TrackSet& all);

  // Numbers start at the seconds of the Unix epoch, so that a name never comes back with other bytes. `clock`
  // outlives it.
  SegmentFormat(const Settings& settings, const std::string& stream, const base::Clock& clock);

  void set_tracks(const media::TrackSet& tracks, std::vector<std::shared_ptr<const TsWindow>>& out);
  void package(const media::FramePtr& frame, std::vector<std::shared_ptr<const TsWindow>>& out);
  std::shared_ptr<const Head> head() { return head_; }

 private:
  // Before the first segment: sound that came as Opus would change to AAC in the middle of the playlist.
  bool waits_for_aac(const media::Frame& frame);
  bool segment_ends_before(const mpegts::Unit& unit) const;
  void complete(media::MediaTime end);
  void give_up();
  void begin(const mpegts::Unit& unit, const media::Frame& frame);
  void slide_window();

  const SegmentSettings settings_;
  const base::Clock& clock_;
  Format packager_;
  media::TrackSet tracks_;
  std::vector<UnitPtr> units_;  // of one frame
  std::optional<TsSegment> open_;
  media::MediaTime open_since_, open_until_;  // its first and latest dts
  std::optional<media::MediaTime> aac_wanted_since_;
  bool has_aac_ = false;  // what a worker made
  uint64_t next_number_;
  bool discontinuity_due_ = false;
  TsWindow window_;
  size_t bytes_ = 0;  // of what is in the window
  std::shared_ptr<const Head> head_ = std::make_shared<const Head>();
};

}  // namespace eyas::mpegts
