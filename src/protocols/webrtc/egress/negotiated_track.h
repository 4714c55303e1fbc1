// NegotiatedTrack: tells the track that a viewer was promised from the others of its stream.
#pragma once

#include <optional>

#include "base/time.h"
#include "media/frame.h"

namespace eyas::webrtc {

// Lives on its session's loop.
class NegotiatedTrack {
 public:
  // A publisher that replaced another may number its tracks otherwise: after this long without the promised
  // one, its like takes its place.
  static constexpr base::Duration kGoneAfter = std::chrono::milliseconds(1500);

  NegotiatedTrack(media::TrackId id, bool derived, media::Codec codec)
      : id_(id), derived_(derived), codec_(codec) {}

  // True for the track itself and for its other renditions.
  bool covers(const media::Track& track, base::MonoTime now) {
    if (track.kind() != media::kind_of(codec_) || track.derived() != derived_) return false;
    if (track.rendition != 0) return track.config.codec == codec_;
    if (track.id != id_) {
      bool gone = !seen_ || now - *seen_ >= kGoneAfter;
      if (derived_ || !gone || track.config.codec != codec_) return false;
      id_ = track.id;
    }
    seen_ = now;
    codec_changed_ = track.config.codec != codec_;
    return !codec_changed_;
  }
  // The promised track carries another codec now.
  bool codec_changed() const { return codec_changed_; }

 private:
  media::TrackId id_;
  bool derived_;
  media::Codec codec_;
  std::optional<base::MonoTime> seen_;
  bool codec_changed_ = false;
};

}  // namespace eyas::webrtc
