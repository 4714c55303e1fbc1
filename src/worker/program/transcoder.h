// Transcoder: frames of one track go in, frames of another codec come out at the same times.
#pragma once

#include "base/result.h"
#include "worker/protocol.h"

namespace eyas::worker {

// Where a transcoder's work goes. Errors end the job.
struct TranscodeSink {
  virtual ~TranscodeSink() = default;
  virtual base::Status tell(TrackMessage track) = 0;
  virtual base::Status give(FrameMessage frame) = 0;
};

// The one track that a transcode job makes.
inline constexpr uint32_t kDerivedTrack = 1;

// Lives in the worker's only thread.
class Transcoder {
 public:
  virtual ~Transcoder() = default;

  // The source, or a new configuration of it. Errors: kUnsupported, kSystem.
  virtual base::Status set_source(const TrackMessage& track) = 0;
  // Errors: kMalformed for a frame that could not be decoded: go on with the next; others end the job.
  virtual base::Status feed(const FrameMessage& frame) = 0;
  virtual void want_key() {}
};

}  // namespace eyas::worker
