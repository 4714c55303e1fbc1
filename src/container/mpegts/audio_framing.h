// Audio frames in a byte stream: where each begins and ends, by their own headers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"
#include "container/mpegts/stream_form.h"
#include "media/codec.h"

namespace eyas::mpegts {

// One way to frame audio. Pure; may keep what later frames need (LATM's multiplex).
class AudioFraming {
 public:
  struct Found {
    size_t bytes = 0;     // to go on; 0: more are needed
    base::Slice payload;  // canonical; empty: these bytes hold no frame
    bool garbage = false;
  };

  virtual ~AudioFraming() = default;
  // Looks at the start of `bytes`, which are not empty.
  virtual Found next(base::Bytes bytes) = 0;
  // The configuration of the frame that next() gave last.
  virtual base::Result<media::CodecConfig> config(base::Bytes payload) = 0;
};

// For kAdts, kLatm, kMpegAudio, kAc3, kEac3.
std::unique_ptr<AudioFraming> make_audio_framing(Framing framing);

}  // namespace eyas::mpegts
