#include "worker/program/audio_transcoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/audio_fifo.h>
#include <libswresample/swresample.h>
}

namespace eyas::worker {
namespace {

constexpr int kChannelsMax = 2;
constexpr int64_t kOpusBitratePerChannel = 48'000;
constexpr int64_t kAacBitratePerChannel = 64'000;
// The drift is averaged over about so many frames.
constexpr int64_t kDriftFrames = 16;

}  // namespace

bool SampleTimeline::anchor(int64_t sample, base::Duration time) {
  base::Duration late = time - time_of(sample);
  if (started_) drift_ += (late - drift_) / kDriftFrames;
  bool follows = started_ && std::chrono::abs(late) < kStep && std::chrono::abs(drift_) < kDriftMax;
  if (follows) return false;
  zero_ += late;
  drift_ = base::Duration::zero();
  started_ = true;
  return true;
}

base::Duration SampleTimeline::time_of(int64_t sample) const {
  // In two parts: nanoseconds times samples would overflow within days.
  int64_t seconds = sample / kRate, rest = sample % kRate;
  return zero_ + std::chrono::seconds(seconds) + base::Duration(rest * 1'000'000'000 / kRate);
}

base::Status AudioTranscoder::set_source(const TrackMessage& track) {
  auto decoder = TrackDecoder::open(track);
  if (!decoder) return decoder.error();
  decoder_ = std::move(*decoder);
  return {};
}

base::Status AudioTranscoder::feed(const FrameMessage& frame) {
  if (frame.capture != base::WallTime()) capture_offset_ = frame.capture.time_since_epoch() - frame.pts;
  return decoder_->decode(frame, [this](AVFrame& decoded) { return take(decoded); });
}

base::Status AudioTranscoder::take(AVFrame& decoded) {
  int channels = std::min(decoded.ch_layout.nb_channels, kChannelsMax);
  if (!encoder_ || channels != channels_) {
    if (auto status = open_encoder(channels); !status) return status;
  }
  bool changed = decoded.sample_rate != source_rate_ || decoded.format != source_format_ ||
                 decoded.ch_layout.nb_channels != source_channels_;
  if (changed) {
    if (auto status = open_resampler(decoded); !status) return status;
  }
  if (decoded.pts != AV_NOPTS_VALUE && timeline_.anchor(next_sample(), base::Duration(decoded.pts)))
    discontinuity_ = given_.has_value();
  if (auto status = resample(decoded); !status) return status;
  return encode_whole_frames();
}

base::Status AudioTranscoder::open_encoder(int channels) {
  bool opus = to_ == media::Codec::kOpus;
  int64_t bitrate = channels * (opus ? kOpusBitratePerChannel : kAacBitratePerChannel);
  auto encoder = AudioEncoder::open({opus ? "libopus" : "aac", SampleTimeline::kRate, channels, bitrate});
  if (!encoder) return encoder.error();
  encoder_ = std::move(*encoder);
  channels_ = channels;
  source_rate_ = 0;  // what follows must fit the new encoder
  auto format = static_cast<AVSampleFormat>(encoder_->frame().format);
  fifo_.reset(av_audio_fifo_alloc(format, channels, encoder_->frame_samples() * 4));
  // The encoder counts from zero again; the timeline finds its place with the next frame.
  encoded_ = 0;
  timeline_ = {};
  return sink_.tell(TrackMessage{.id = kDerivedTrack, .codec = to_, .record = encoder_->record()});
}

base::Status AudioTranscoder::open_resampler(AVFrame& decoded) {
  AVFrame& out = encoder_->frame();
  SwrContext* made = nullptr;
  int code = swr_alloc_set_opts2(
      &made, &out.ch_layout, static_cast<AVSampleFormat>(out.format), out.sample_rate, &decoded.ch_layout,
      static_cast<AVSampleFormat>(decoded.format), decoded.sample_rate, 0, nullptr);
  resampler_.reset(made);
  if (code >= 0) code = swr_init(made);
  if (code < 0) return av_error("resampler", code);
  resampled_.reset(av_frame_alloc());
  source_rate_ = decoded.sample_rate;
  source_format_ = decoded.format;
  source_channels_ = decoded.ch_layout.nb_channels;
  return {};
}

// The number of the sample that comes next, among all that were ever given to the encoder.
int64_t AudioTranscoder::next_sample() const {
  return encoded_ + av_audio_fifo_size(fifo_.get()) + swr_get_delay(resampler_.get(), SampleTimeline::kRate);
}

base::Status AudioTranscoder::resample(const AVFrame& decoded) {
  const AVFrame& out = encoder_->frame();
  av_frame_unref(resampled_.get());
  resampled_->format = out.format;
  resampled_->sample_rate = out.sample_rate;
  av_channel_layout_copy(&resampled_->ch_layout, &out.ch_layout);
  if (int code = swr_convert_frame(resampler_.get(), resampled_.get(), &decoded); code < 0)
    return av_error("resampler", code);
  if (resampled_->nb_samples == 0) return {};
  auto** planes = reinterpret_cast<void**>(resampled_->extended_data);
  int put = av_audio_fifo_write(fifo_.get(), planes, resampled_->nb_samples);
  return put < 0 ? base::Status(av_error("audio samples", put)) : base::Status();
}

base::Status AudioTranscoder::encode_whole_frames() {
  AVFrame& frame = encoder_->frame();
  int whole = encoder_->frame_samples();
  while (av_audio_fifo_size(fifo_.get()) >= whole) {
    av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame.extended_data), whole);
    base::Status given;
    auto status = encoder_->encode(encoded_, [&](Packet packet) { given = give(std::move(packet)); });
    encoded_ += whole;
    if (!status) return status;
    if (!given) return given;
  }
  return {};
}

base::Status AudioTranscoder::give(Packet packet) {
  FrameMessage frame;
  frame.track = kDerivedTrack;
  frame.key = true;
  // The packet's time is nanoseconds since sample 0, less the encoder's own delay.
  frame.pts = frame.dts = timeline_.time_of(0) + packet.pts;
  frame.duration = base::Duration(int64_t{encoder_->frame_samples()} * 1'000'000'000 / SampleTimeline::kRate);
  frame.payload = std::move(packet.payload);
  // What would go back in time is left out: it was said before.
  if (given_ && frame.pts <= *given_) return {};
  given_ = frame.pts;
  frame.discontinuity = std::exchange(discontinuity_, false);
  if (capture_offset_) frame.capture = base::WallTime(frame.pts + *capture_offset_);
  return sink_.give(std::move(frame));
}

}  // namespace eyas::worker
