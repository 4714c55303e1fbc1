// Silence: what stands in for audio that stopped while the picture goes on.
#pragma once

#include <optional>

#include "base/slice.h"
#include "media/codec.h"
#include "media/frame.h"

namespace eyas::cmaf {

// One packet that decodes to nothing heard: AAC-LC of one or two channels, Opus; empty for others.
base::Slice silent_packet(const media::CodecConfig& config);

// Says when silence is due. A player's buffer is what all its tracks have in common: it stalls as soon as one
// of them ends, so a publisher that comes back without its microphone must not take the picture with it.
// Pure.
class SilenceKeeper {
 public:
  // Audio may lie this far behind the picture before silence takes its place.
  static constexpr base::Duration kAfter = std::chrono::milliseconds(600);
  // A picture that comes this much after the one before it follows an absence, which silence does not fill.
  static constexpr base::Duration kAbsence = std::chrono::seconds(1);

  // A packet of audio came; false when silence has its place already. Before it, silence_until() gives what
  // is missing up to it, frame by frame.
  bool take_audio(const media::Frame& frame, base::Duration length);
  // A picture came. Afterwards silence_due() gives what is due, frame by frame.
  void take_picture(media::MediaTime dts);
  std::optional<media::Frame> silence_due();
  std::optional<media::Frame> silence_until(media::MediaTime audio_dts);
  // Audio is missing, and of a kind for which we have no silence.
  bool stalled() const;
  uint64_t frames() const { return frames_; }

 private:
  bool late() const { return audio_end_ && picture_ && *picture_ - *audio_end_ > kAfter; }
  bool can_fill() const { return !packet_.empty() && length_ > base::Duration::zero(); }
  media::Frame make();

  media::TrackPtr track_;
  base::Slice packet_;
  base::Duration length_{0};
  std::optional<media::MediaTime> audio_end_;
  std::optional<media::MediaTime> picture_;
  bool silent_ = false;
  uint64_t frames_ = 0;
};

}  // namespace eyas::cmaf
