// One track's decoder over FFmpeg's libraries. Lives in the worker's only thread.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "worker/program/av.h"
#include "worker/protocol.h"

struct AVCodecParameters;

namespace eyas::worker {

class TrackDecoder {
 public:
  // Of media, or of images (data of kJpegType, kPngType). Errors: kUnsupported for a codec that FFmpeg's
  // libraries here do not decode; kSystem.
  static base::Result<std::unique_ptr<TrackDecoder>> open(const TrackMessage& track);

  // Of a device's stream, also of pictures as they are. Errors: the same.
  static base::Result<std::unique_ptr<TrackDecoder>> open(const AVCodecParameters& stream);

  // `sink` gets what came out, valid during the call; its pts are nanoseconds. A hidden frame's picture does
  // not come out; one that is alone comes out at once. Errors: kMalformed, for this frame alone: go on with
  // the next.
  using FrameSink = std::function<base::Status(AVFrame&)>;
  base::Status decode(const FrameMessage& frame, const FrameSink& sink);
  // The same of FFmpeg's own packet, whose pts are nanoseconds.
  base::Status decode(const AVPacket& packet, const FrameSink& sink);
  // Gives what it held back to put pictures into order; the next frame begins anew.
  base::Status drain(const FrameSink& sink);

 private:
  explicit TrackDecoder(AvContextPtr context);
  static base::Result<std::unique_ptr<TrackDecoder>> open(AvContextPtr context);
  base::Status receive(const FrameSink& sink);

  AvContextPtr context_;
  AvPacketPtr packet_;
  AvFramePtr frame_;
};

}  // namespace eyas::worker
