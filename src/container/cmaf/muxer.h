// Muxer: the frames of a stream in, moments out.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "container/cmaf/moment.h"
#include "container/cmaf/rendition.h"
#include "container/cmaf/settings.h"
#include "container/cmaf/silence.h"
#include "media/frame.h"

namespace eyas::cmaf {

// Both clocks at one moment.
struct Now {
  base::MonoTime mono;
  base::WallTime wall;
};

// Pure. Lives on its stream's channel. The first video and the first audio track that players know are
// taken; others are said in the log and left out. Data goes along with the first of the two as event
// messages. Sound that not every player knows is kept back for a while when AAC may be made of it.
class Muxer {
 public:
  // `first_number`: of segments and init segments. Names must never come back with other bytes, because they
  // are cached for long: seconds of the Unix epoch do, as segments last longer than a second.
  Muxer(std::string stream, const Settings& settings, uint64_t first_number);

  void set_tracks(const media::TrackSet& tracks);
  void push(const media::Frame& frame, const Now& now);
  // A new moment when there is a new part or segment since the last one; else null.
  MomentPtr take_moment();
  size_t bytes() const { return video_.bytes() + audio_.bytes(); }
  // Packets of silence that took the place of audio; segments dropped because of window_bytes.
  uint64_t silent_frames() const { return silence_.frames(); }
  uint64_t dropped_segments() const { return dropped_segments_; }

 private:
  void push_to(Rendition& rendition, const media::Frame& frame, const Now& now);
  void push_audio(const media::Frame& frame, const Now& now);
  void push_event(const media::Frame& frame);
  void push_silence(media::Frame frame, const Now& now);
  base::WallTime wall_of(const media::Frame& frame, const Now& now, bool leads);
  void choose();
  void choose_video(const media::TrackSet& tracks);
  void choose_audio(const media::TrackSet& tracks);
  void leave_out(const media::Track& track);
  void look_for_aac();
  void settle_slots(const Rendition& leader, bool at_key);
  bool audio_must_wait(const media::Frame& frame);

  const std::string stream_;
  const Settings settings_;
  Slots slots_;
  Rendition video_;
  Rendition audio_;
  std::optional<media::TrackId> video_id_;
  std::optional<media::TrackId> audio_id_;
  std::optional<media::MediaTime> audio_since_;
  SilenceKeeper silence_;
  uint64_t dropped_segments_ = 0;
  uint64_t dropped_events_ = 0;
  media::MediaTime last_dts_;
  std::optional<base::Duration> wall_offset_;     // wall clock minus media time: when it was taken
  std::optional<base::Duration> arrival_offset_;  // ... and when it came in
  std::vector<media::TrackId> left_out_;
  media::TrackSet tracks_;
  base::MonoTime now_;  // of the last frame
  bool wants_aac_ = false;
  bool waits_for_aac_ = false;
  std::optional<base::MonoTime> aac_due_;  // from then on it is not waited for
};

// Whether players can be expected to play it.
bool can_play(media::Codec codec);

}  // namespace eyas::cmaf
