// Any audio to Opus or AAC at 48 kHz.
#pragma once

#include <memory>
#include <optional>

#include "worker/program/decoder.h"
#include "worker/program/encoder.h"
#include "worker/program/transcoder.h"

namespace eyas::worker {

// Sound is counted in samples from where it began; this follows the stream's own times. Pure.
class SampleTimeline {
 public:
  static constexpr int kRate = 48'000;
  // Of rounding and jitter a source may have its part; beyond this sound and picture drift apart, and the
  // timeline moves.
  static constexpr base::Duration kDriftMax = std::chrono::milliseconds(12);
  // A step as large as this is no jitter.
  static constexpr base::Duration kStep = std::chrono::milliseconds(60);

  // The source says that `sample` belongs at `time`. True when the timeline moved (or began).
  bool anchor(int64_t sample, base::Duration time);
  base::Duration time_of(int64_t sample) const;

 private:
  bool started_ = false;
  base::Duration zero_{0};   // where sample 0 belongs
  base::Duration drift_{0};  // how much later the source says it is, averaged
};

class AudioTranscoder final : public Transcoder {
 public:
  // `to`: kOpus or kAac.
  AudioTranscoder(media::Codec to, TranscodeSink& sink) : to_(to), sink_(sink) {}

  base::Status set_source(const TrackMessage& track) override;
  base::Status feed(const FrameMessage& frame) override;

 private:
  base::Status take(AVFrame& decoded);
  base::Status open_encoder(int channels);
  base::Status open_resampler(AVFrame& decoded);
  base::Status resample(const AVFrame& decoded);
  base::Status encode_whole_frames();
  base::Status give(Packet packet);
  int64_t next_sample() const;

  media::Codec to_;
  TranscodeSink& sink_;
  std::unique_ptr<TrackDecoder> decoder_;
  std::unique_ptr<AudioEncoder> encoder_;
  AvResamplerPtr resampler_;
  AvFramePtr resampled_;
  AvFifoPtr fifo_;
  int source_rate_ = 0, source_format_ = -1, source_channels_ = 0;
  int channels_ = 0;

  SampleTimeline timeline_;
  int64_t encoded_ = 0;  // samples given to the encoder
  bool discontinuity_ = false;
  std::optional<base::Duration> given_;           // the time of the last frame that went out
  std::optional<base::Duration> capture_offset_;  // wall time less media time, as the source says
};

}  // namespace eyas::worker
