#include "worker/program/video_transcoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cstdlib>

namespace eyas::worker {
namespace {

constexpr AVRational kEncoderTicks{1, 90'000};
constexpr int64_t kBitrateMin = 200'000, kBitrateMax = 50'000'000;
// Without B-frames the same picture takes about so much more: per cent of the source's bitrate.
constexpr int64_t kBitratePercent = 115;
// The encoder is told of another bitrate when it differs by more than this, and no more often than this.
constexpr int64_t kBitrateChangePercent = 15;
constexpr base::Duration kBitrateInterval = std::chrono::seconds(2);
// Until the source's bitrate is known: bits per 1000 pixels.
constexpr int64_t kGuessedBitsPer1000Pixels = 70;
constexpr base::Duration kUsualFrame = std::chrono::nanoseconds(33'333'333);
// Keyframes that the decoder swallowed are forgotten.
constexpr size_t kKeysMax = 64;
constexpr size_t kPassingMax = 64;

int64_t to_ticks(base::Duration time) {
  return av_rescale_q(time.count(), AVRational{1, 1'000'000'000}, kEncoderTicks);
}

}  // namespace

void BitrateMeter::add(base::Duration dts, size_t bytes) {
  // A clock that went back, or leapt, starts anew.
  if (!frames_.empty() && (dts < frames_.back().dts || dts - frames_.back().dts > kWindow)) {
    frames_.clear();
    bytes_ = 0;
  }
  frames_.push_back({dts, bytes});
  bytes_ += bytes;
  while (dts - frames_.front().dts > kWindow) {
    bytes_ -= frames_.front().bytes;
    frames_.pop_front();
  }
}

std::optional<int64_t> BitrateMeter::bits_per_second() const {
  if (frames_.empty()) return std::nullopt;
  base::Duration span = frames_.back().dts - frames_.front().dts;
  if (span < kLeast) return std::nullopt;
  // The last frame's own time lies after its dts.
  return static_cast<int64_t>(static_cast<double>(bytes_ - frames_.back().bytes) * 8 /
                              base::to_seconds(span));
}

base::Status VideoTranscoder::set_source(const TrackMessage& track) {
  auto decoder = TrackDecoder::open(track);
  if (!decoder) return decoder.error();
  decoder_ = std::move(*decoder);
  still_images_ = track.media_type == kJpegType;
  keys_.clear();
  return {};
}

base::Status VideoTranscoder::set_source(const AVCodecParameters& stream) {
  auto decoder = TrackDecoder::open(stream);
  if (!decoder) return decoder.error();
  decoder_ = std::move(*decoder);
  still_images_ = true;
  keys_.clear();
  return {};
}

base::Status VideoTranscoder::feed(const FrameMessage& frame) {
  note(frame);
  return decoder_->decode(frame, [this](AVFrame& decoded) { return take(decoded); });
}

base::Status VideoTranscoder::feed(const FrameMessage& about, AVPacket& packet) {
  note(about);
  packet.pts = about.pts.count();
  packet.dts = about.dts.count();
  return decoder_->decode(packet, [this](AVFrame& decoded) { return take(decoded); });
}

void VideoTranscoder::note(const FrameMessage& frame) {
  source_rate_.add(frame.dts, frame.payload.size());
  if (frame.capture != base::WallTime()) capture_offset_ = frame.capture.time_since_epoch() - frame.pts;
  if (frame.duration > base::Duration::zero()) frame_duration_ = frame.duration;
  discontinuity_ |= frame.discontinuity;
  if (frame.key) keys_.push_back(frame.pts);
  if (keys_.size() > kKeysMax) keys_.pop_front();
}

base::Status VideoTranscoder::take(AVFrame& decoded) {
  base::Duration pts(decoded.best_effort_timestamp);
  if (decoded.best_effort_timestamp == AV_NOPTS_VALUE) return {};
  bool changed = decoded.width != width_ || decoded.height != height_ || decoded.format != format_;
  if (!encoder_ || changed) {
    if (auto status = open_encoder(decoded); !status) return status;
  }
  auto picture = fitting(decoded);
  if (!picture) return picture.error();
  follow_bitrate(pts);
  AVFrame& in = **picture;
  ticks_ = std::max(ticks_ + 1, to_ticks(pts));
  in.pts = ticks_;
  // The source's choice of picture types is not ours, but for its keyframes.
  in.pict_type = key_due(pts) ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  passing_.push_back({pts, frame_duration_});
  if (passing_.size() > kPassingMax) passing_.pop_front();
  base::Status given;
  auto status = encoder_->encode(in, [&](Packet packet) { given = give(std::move(packet)); });
  return status ? given : status;
}

bool VideoTranscoder::key_due(base::Duration pts) {
  bool due = std::exchange(key_wanted_, false);
  while (!keys_.empty() && keys_.front() <= pts) {
    keys_.pop_front();
    due = true;
  }
  return due;
}

std::optional<int64_t> VideoTranscoder::measured_bitrate() const {
  // A series of JPEG images is many times larger than the video of it.
  if (still_images_) return std::nullopt;
  return source_rate_.bits_per_second();
}

int64_t VideoTranscoder::guess_bitrate(const AVFrame& decoded) const {
  if (fixed_bitrate_) return *fixed_bitrate_;
  if (auto measured = measured_bitrate())
    return std::clamp(*measured * kBitratePercent / 100, kBitrateMin, kBitrateMax);
  base::Duration each = frame_duration_ > base::Duration::zero() ? frame_duration_ : kUsualFrame;
  int64_t pixels_per_second = int64_t{decoded.width} * decoded.height * 1'000'000'000 / each.count();
  return std::clamp(pixels_per_second / 1000 * kGuessedBitsPer1000Pixels, kBitrateMin, kBitrateMax);
}

void VideoTranscoder::follow_bitrate(base::Duration now) {
  auto measured = measured_bitrate();
  if (!measured || fixed_bitrate_ || now - bitrate_set_ < kBitrateInterval) return;
  int64_t wanted = std::clamp(*measured * kBitratePercent / 100, kBitrateMin, kBitrateMax);
  if (std::abs(wanted - bitrate_) * 100 <= bitrate_ * kBitrateChangePercent) return;
  bitrate_ = wanted;
  bitrate_set_ = now;
  encoder_->set_bitrate(wanted);
}

base::Status VideoTranscoder::open_encoder(const AVFrame& decoded) {
  width_ = decoded.width, height_ = decoded.height, format_ = decoded.format;
  VideoEncoder::Options options;
  options.width = width_ & ~1, options.height = height_ & ~1;
  options.time_base = kEncoderTicks;
  base::Duration each = frame_duration_ > base::Duration::zero() ? frame_duration_ : kUsualFrame;
  options.frame_rate = av_d2q(1 / base::to_seconds(each), 1001 * 120);
  options.sample_aspect = decoded.sample_aspect_ratio;
  options.bitrate_bps = bitrate_ = guess_bitrate(decoded);
  options.preset = "superfast";
  options.parameters = "scenecut=0:sliced-threads=0:threads=1";
  options.color = {decoded.color_primaries, decoded.color_trc, decoded.colorspace, decoded.color_range};
  bool fits = (format_ == AV_PIX_FMT_YUV420P || format_ == AV_PIX_FMT_YUVJ420P) && width_ == options.width &&
              height_ == options.height;
  // The scaler makes limited range of the full range that these formats have.
  bool full =
      format_ == AV_PIX_FMT_YUVJ420P || format_ == AV_PIX_FMT_YUVJ422P || format_ == AV_PIX_FMT_YUVJ444P;
  if (full && !fits) options.color.range = AVCOL_RANGE_MPEG;
  auto encoder = VideoEncoder::open(options);
  if (!encoder) return encoder.error();
  encoder_ = std::move(*encoder);
  passing_.clear();
  scaler_.reset();
  if (!fits) {
    scaler_.reset(sws_getContext(width_, height_, static_cast<AVPixelFormat>(format_), options.width,
                                 options.height, AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr, nullptr,
                                 nullptr));
    if (!scaler_) return base::Error{base::Code::kUnsupported, "picture format", std::to_string(format_)};
  }
  return sink_.tell(
      TrackMessage{.id = kDerivedTrack, .codec = media::Codec::kH264, .record = encoder_->record()});
}

// The picture as the encoder takes it: 4:2:0 of 8 bits, of even width and height.
base::Result<AVFrame*> VideoTranscoder::fitting(AVFrame& decoded) {
  if (!scaler_) {
    decoded.format = AV_PIX_FMT_YUV420P;
    return &decoded;
  }
  AVFrame& into = encoder_->frame();
  if (int code = av_frame_make_writable(&into); code < 0) return av_error("picture", code);
  sws_scale(scaler_.get(), decoded.data, decoded.linesize, 0, height_, into.data, into.linesize);
  return &into;
}

base::Status VideoTranscoder::give(Packet packet) {
  // One picture in, one out, in the same order.
  if (passing_.empty()) return {};
  Passing of = passing_.front();
  passing_.pop_front();
  FrameMessage frame;
  frame.track = kDerivedTrack;
  frame.key = packet.key;
  frame.pts = frame.dts = of.pts;
  frame.duration = of.duration;
  if (given_ && frame.pts <= *given_) return {};
  given_ = frame.pts;
  frame.discontinuity = std::exchange(discontinuity_, false);
  if (capture_offset_) frame.capture = base::WallTime(frame.pts + *capture_offset_);
  frame.payload = std::move(packet.payload);
  return sink_.give(std::move(frame));
}

}  // namespace eyas::worker
