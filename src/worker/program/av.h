// Ownership of FFmpeg's objects, and its errors as ours.
#pragma once

#include <memory>

#include "base/result.h"

struct AVAudioFifo;
struct AVCodecContext;
struct AVFrame;
struct AVPacket;
struct SwrContext;
struct SwsContext;

namespace eyas::worker {

struct ReleaseAv {
  void operator()(AVAudioFifo* fifo) const;
  void operator()(AVCodecContext* context) const;
  void operator()(AVFrame* frame) const;
  void operator()(AVPacket* packet) const;
  void operator()(SwrContext* resampler) const;
  void operator()(SwsContext* scaler) const;
};
using AvFifoPtr = std::unique_ptr<AVAudioFifo, ReleaseAv>;
using AvContextPtr = std::unique_ptr<AVCodecContext, ReleaseAv>;
using AvFramePtr = std::unique_ptr<AVFrame, ReleaseAv>;
using AvPacketPtr = std::unique_ptr<AVPacket, ReleaseAv>;
using AvResamplerPtr = std::unique_ptr<SwrContext, ReleaseAv>;
using AvScalerPtr = std::unique_ptr<SwsContext, ReleaseAv>;

// kSystem, with FFmpeg's words for its error code.
base::Error av_error(const char* context, int code);

}  // namespace eyas::worker
