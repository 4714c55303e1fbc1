// H.264 and AAC encoders over FFmpeg's libraries. Lives in the worker's only thread.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"

struct AVCodecContext;
struct AVFrame;
struct AVPacket;

namespace eyas::worker {

struct Packet {
  bool key = false;
  base::Duration pts{0};
  base::Duration dts{0};
  base::Slice payload;  // canonical form of media::Frame
};
using PacketSink = std::function<void(Packet)>;

struct ReleaseAv {
  void operator()(AVCodecContext* context) const;
  void operator()(AVFrame* frame) const;
  void operator()(AVPacket* packet) const;
};

// What both kinds share: a frame goes in, packets come out.
class Encoder {
 public:
  const base::Slice& record() const { return record_; }
  // The frame to fill before encode(); its memory is writable.
  AVFrame& frame() { return *frame_; }
  // Errors: kSystem.
  base::Status encode(int64_t pts, const PacketSink& sink);

 protected:
  Encoder();
  base::Status open(const char* name, const std::function<void(AVCodecContext&)>& configure);
  base::Status allocate_frame();
  virtual ~Encoder();
  virtual base::Result<base::Slice> canonical(base::Bytes payload) const = 0;
  base::Duration to_duration(int64_t ticks) const;

  std::unique_ptr<AVCodecContext, ReleaseAv> context_;
  std::unique_ptr<AVFrame, ReleaseAv> frame_;
  std::unique_ptr<AVPacket, ReleaseAv> packet_;
  base::Slice record_;
};

// One picture in, one packet out: no B-frames, no look-ahead, a keyframe each second. Ticks are pictures.
class VideoEncoder final : public Encoder {
 public:
  struct Options {
    uint32_t width, height, frame_rate, bitrate_bps;
  };
  static base::Result<std::unique_ptr<VideoEncoder>> open(const Options& options);

 private:
  base::Result<base::Slice> canonical(base::Bytes payload) const override;
};

// AAC-LC in stereo; planar floats in frame(). Ticks are samples.
class AudioEncoder final : public Encoder {
 public:
  static constexpr int kFrameSamples = 1024;
  static base::Result<std::unique_ptr<AudioEncoder>> open(int sample_rate, int64_t bitrate_bps);

 private:
  base::Result<base::Slice> canonical(base::Bytes payload) const override;
};

}  // namespace eyas::worker
