// FLV tags, from RTMP messages or from a file, to tracks and frames.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "container/flv/amf_value.h"
#include "container/flv/quirks.h"
#include "container/flv/tag.h"
#include "media/frame.h"

namespace eyas::flv {

struct Limits {
  size_t tag_bytes_max = kTagBodyBytesMax;
  size_t tracks_max = 16;                    // of one publisher
  size_t held_bytes_max = kTagBodyBytesMax;  // parts of one picture that wait to be joined
  uint32_t garbage_run_max = 1000;           // dropped tags in a row before the session is hopeless
  AmfLimits amf{};
};

// Pure: bytes in, frames out; no I/O, no clock. One per publisher. Lives on its session's loop.
class Demuxer {
 public:
  // Called from inside on_tag() and flush(); must not destroy the demuxer.
  struct Sink {
    virtual ~Sink() = default;
    // A new track, or a new configuration of one (same id).
    virtual void on_track(media::TrackPtr track) = 0;
    // pts and dts are the sender's own times in nanoseconds: they wrap after 2^32 ms and may go backwards.
    virtual void on_frame(media::Frame frame) = 0;
  };

  explicit Demuxer(Sink& sink, Limits limits = {});
  ~Demuxer();
  Demuxer(const Demuxer&) = delete;
  Demuxer& operator=(const Demuxer&) = delete;

  // One tag. `timestamp_ms` is its 32-bit time; `arrival` is when its last byte came in. Frames share
  // `body`'s memory. Errors end the session: limit, malformed (a decoder configuration that breaks its
  // format, or nothing but garbage). Quirks never do.
  base::Status on_tag(TagType type, uint32_t timestamp_ms, base::MonoTime arrival, const base::Slice& body);

  // Emits the pictures held back for joining. Call it when the publisher leaves.
  void flush();

  const Quirks& quirks() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eyas::flv
