// Transport stream bytes to tracks and frames [ISO 13818-1].
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "container/mpegts/events.h"
#include "container/mpegts/psi.h"
#include "media/frame.h"

namespace eyas::mpegts {

struct Limits {
  size_t programmes_max = 64;               // of one PAT; more are passed over
  size_t tracks_max = 16;                   // of the chosen programme; more are passed over
  size_t access_unit_bytes_max = 16 << 20;  // a longer one is dropped
  size_t unsynced_bytes_max = 1 << 20;      // without packets in them: this is no transport stream
  uint64_t scrambled_packets_max = 200;     // of the chosen programme, in a row
};

struct DemuxerOptions {
  uint16_t programme = 0;  // its number; 0: the first one that the PAT names
  // After a loss pictures are dropped until the next key frame, so that nobody sees a smeared one.
  bool wait_for_key_after_loss = true;
  Limits limits{};
};

// Pure: bytes in, frames out; no I/O, no clock. One per publisher. Lives on its session's loop.
class Demuxer {
 public:
  // Called from inside on_bytes() and flush(); must not destroy the demuxer.
  struct Sink {
    virtual ~Sink() = default;
    // A new track, or a new configuration of one (same id).
    virtual void on_track(media::TrackPtr track) = 0;
    // pts and dts are the sender's own, unwrapped from 33 bits: they go on where the sender's clock wraps,
    // and leap where it leaps. `capture` is never set.
    virtual void on_frame(media::Frame frame) = 0;
  };

  explicit Demuxer(Sink& sink, DemuxerOptions options = {});
  ~Demuxer();
  Demuxer(const Demuxer&) = delete;
  Demuxer& operator=(const Demuxer&) = delete;

  // The next bytes, cut anywhere; packets of 188 bytes, or of 192 or 204 with what surrounds them. `arrival`
  // is when they came. Errors end the session: kMalformed (no packets in many bytes), kUnsupported (the
  // programme is scrambled).
  base::Status on_bytes(base::Bytes bytes, base::MonoTime arrival);

  // Emits the access units that wait for their end. Call it when the sender is gone.
  void flush();

  const Events& events() const;
  // As the newest PAT lists them.
  const std::vector<Programme>& programmes() const;
  // The number of the one whose tracks come out; 0: none yet.
  uint16_t chosen_programme() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eyas::mpegts
