// H.264, JPEG, AAC and Opus encoders over FFmpeg's libraries. Lives in the worker's only thread.
#pragma once

extern "C" {
#include <libavutil/pixfmt.h>
#include <libavutil/rational.h>
}

#include <functional>
#include <memory>

#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "worker/program/av.h"

namespace eyas::worker {

struct Packet {
  bool key = false;
  base::Duration pts{0};
  base::Duration dts{0};
  base::Slice payload;  // canonical form of media::Frame
};
using PacketSink = std::function<void(Packet)>;

// What both kinds share: a frame goes in, packets come out.
class Encoder {
 public:
  virtual ~Encoder();

  const base::Slice& record() const { return record_; }
  // The frame to fill before encode(); its memory is writable.
  AVFrame& frame() { return *frame_; }
  // Encodes frame(). Errors: kSystem.
  base::Status encode(int64_t pts, const PacketSink& sink);
  // Encodes a frame of somebody else's, of the same form. Errors: kSystem.
  base::Status encode(const AVFrame& frame, const PacketSink& sink);

 protected:
  Encoder();
  base::Status open(const char* name, const std::function<void(AVCodecContext&)>& configure);
  base::Status allocate_frame();
  virtual base::Result<base::Slice> canonical(base::Bytes payload) const = 0;
  base::Duration to_duration(int64_t ticks) const;

  AvContextPtr context_;
  AvFramePtr frame_;
  AvPacketPtr packet_;
  base::Slice record_;
};

// How numbers become colours.
struct Color {
  AVColorPrimaries primaries = AVCOL_PRI_UNSPECIFIED;
  AVColorTransferCharacteristic transfer = AVCOL_TRC_UNSPECIFIED;
  AVColorSpace space = AVCOL_SPC_UNSPECIFIED;
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
};

// H.264 from 4:2:0 of 8 bits. One picture in, one packet out: no B-frames, no look-ahead.
class VideoEncoder final : public Encoder {
 public:
  struct Options {
    int width = 0, height = 0;
    AVRational time_base{};
    AVRational frame_rate{};
    AVRational sample_aspect{0, 1};
    int64_t bitrate_bps = 0;
    int keyframe_pictures = 0;  // 0: only where the frame's type asks for one
    const char* preset = "";    // of x264
    const char* parameters = "";
    Color color;
  };
  static base::Result<std::unique_ptr<VideoEncoder>> open(const Options& options);

  // From the next picture on.
  void set_bitrate(int64_t bitrate_bps);

 private:
  base::Result<base::Slice> canonical(base::Bytes payload) const override;
};

// JPEG images from 4:2:0 of 8 bits in full range [ITU-T T.871].
class JpegEncoder final : public Encoder {
 public:
  struct Options {
    int width = 0, height = 0;
    int quality = 75;  // 1 to 100
  };
  static base::Result<std::unique_ptr<JpegEncoder>> open(const Options& options);

 private:
  base::Result<base::Slice> canonical(base::Bytes payload) const override;
};

// Ticks are samples. The times of packets count the encoder's own delay: what is decoded from a packet
// belongs at the packet's time.
class AudioEncoder final : public Encoder {
 public:
  struct Options {
    const char* codec = "";  // "aac", "libopus"
    int sample_rate = 0;
    int channels = 0;
    int64_t bitrate_bps = 0;
  };
  static base::Result<std::unique_ptr<AudioEncoder>> open(const Options& options);

  int frame_samples() const;

 private:
  base::Result<base::Slice> canonical(base::Bytes payload) const override;
};

}  // namespace eyas::worker
