// Any video to H.264 in decode order: same size, a bitrate near the source's, keyframes where it has them.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "worker/program/decoder.h"
#include "worker/program/encoder.h"
#include "worker/program/transcoder.h"

namespace eyas::worker {

// The source's bitrate over its last seconds, by its own clock. Pure.
class BitrateMeter {
 public:
  static constexpr base::Duration kWindow = std::chrono::seconds(4);
  // Fewer seconds than this say too little.
  static constexpr base::Duration kLeast = std::chrono::seconds(1);

  void add(base::Duration dts, size_t bytes);
  std::optional<int64_t> bits_per_second() const;

 private:
  struct Frame {
    base::Duration dts;
    size_t bytes;
  };
  std::deque<Frame> frames_;
  size_t bytes_ = 0;
};

class VideoTranscoder final : public Transcoder {
 public:
  explicit VideoTranscoder(TranscodeSink& sink) : sink_(sink) {}

  base::Status set_source(const TrackMessage& track) override;
  base::Status feed(const FrameMessage& frame) override;
  void want_key() override { key_wanted_ = true; }

  // A device instead of a track: its stream as FFmpeg has it, and its packets. Errors: as of a track.
  base::Status set_source(const AVCodecParameters& stream);
  // `about` has no payload: it says when the packet is, and whether a group begins with it.
  base::Status feed(const FrameMessage& about, AVPacket& packet);
  // Instead of the source's, or of one by size and rate.
  void fix_bitrate(int64_t bitrate_bps) { fixed_bitrate_ = bitrate_bps; }

 private:
  // What goes with a picture from the frame that it came in to the one that it leaves in.
  struct Passing {
    base::Duration pts{0};
    base::Duration duration{0};
  };

  void note(const FrameMessage& frame);
  base::Status take(AVFrame& decoded);
  base::Status open_encoder(const AVFrame& decoded);
  base::Result<AVFrame*> fitting(AVFrame& decoded);
  bool key_due(base::Duration pts);
  void follow_bitrate(base::Duration now);
  std::optional<int64_t> measured_bitrate() const;
  int64_t guess_bitrate(const AVFrame& decoded) const;
  base::Status give(Packet packet);

  TranscodeSink& sink_;
  std::unique_ptr<TrackDecoder> decoder_;
  std::unique_ptr<VideoEncoder> encoder_;
  AvScalerPtr scaler_;
  AvFramePtr scaled_;
  int width_ = 0, height_ = 0, format_ = -1;  // of the source's pictures

  bool still_images_ = false;  // the source is a series of JPEG images, or of pictures as they are
  BitrateMeter source_rate_;
  std::optional<int64_t> fixed_bitrate_;
  int64_t bitrate_ = 0;
  base::Duration bitrate_set_{0};
  std::deque<base::Duration> keys_;  // times of the source's keyframes that have not come out yet
  bool key_wanted_ = false;
  bool discontinuity_ = false;
  base::Duration frame_duration_{0};
  int64_t ticks_ = -1;  // of the last picture that went in
  std::deque<Passing> passing_;
  std::optional<base::Duration> given_;
  std::optional<base::Duration> capture_offset_;
};

}  // namespace eyas::worker
