#include "worker/program/encoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <climits>
#include <vector>

#include "codec/codec.h"

namespace eyas::worker {
namespace {

// NAL units between Annex B start codes, in the order in which they lie there.
std::vector<base::Bytes> nal_units(base::Bytes length_prefixed) {
  std::vector<base::Bytes> units;
  base::ByteReader in(length_prefixed);
  while (in.ok() && in.remaining() > 0) units.push_back(in.take(in.u32()));
  return units;
}

base::Result<base::Slice> avc_record(base::Bytes extradata) {
  auto prefixed = codec::annexb_to_length_prefixed(extradata);
  if (!prefixed) return prefixed.error();
  std::vector<base::Bytes> sps, pps;
  for (base::Bytes unit : nal_units(*prefixed)) {
    if (unit.empty()) continue;
    if ((unit[0] & 31) == 7) sps.push_back(unit);
    if ((unit[0] & 31) == 8) pps.push_back(unit);
  }
  return codec::h264_record(sps, pps);
}

}  // namespace

Encoder::Encoder() : frame_(av_frame_alloc()), packet_(av_packet_alloc()) {}
Encoder::~Encoder() = default;

base::Status Encoder::open(const char* name, const std::function<void(AVCodecContext&)>& configure) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name);
  if (codec == nullptr)
    return base::Error{base::Code::kUnsupported, "encoder is not in FFmpeg's libraries", name};
  context_.reset(avcodec_alloc_context3(codec));
  context_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  context_->thread_count = 1;
  configure(*context_);
  if (int code = avcodec_open2(context_.get(), codec, nullptr); code < 0) return av_error(name, code);
  return allocate_frame();
}

base::Status Encoder::allocate_frame() {
  frame_->width = context_->width;
  frame_->height = context_->height;
  frame_->nb_samples = context_->frame_size;
  frame_->format =
      context_->width > 0 ? static_cast<int>(context_->pix_fmt) : static_cast<int>(context_->sample_fmt);
  frame_->sample_rate = context_->sample_rate;
  if (context_->width == 0) av_channel_layout_copy(&frame_->ch_layout, &context_->ch_layout);
  if (int code = av_frame_get_buffer(frame_.get(), 0); code < 0)
    return av_error("encoder: frame buffer", code);
  return {};
}

base::Duration Encoder::to_duration(int64_t ticks) const {
  return base::Duration(av_rescale_q(ticks, context_->time_base, AVRational{1, 1'000'000'000}));
}

base::Status Encoder::encode(int64_t pts, const PacketSink& sink) {
  frame_->pts = pts;
  if (auto status = encode(*frame_, sink); !status) return status;
  // The encoder may still hold the picture: the next one is drawn elsewhere.
  if (int code = av_frame_make_writable(frame_.get()); code < 0) return av_error("encoder: frame", code);
  return {};
}

base::Status Encoder::encode(const AVFrame& frame, const PacketSink& sink) {
  if (int code = avcodec_send_frame(context_.get(), &frame); code < 0) return av_error("encoder: send", code);
  for (;;) {
    int code = avcodec_receive_packet(context_.get(), packet_.get());
    if (code == AVERROR(EAGAIN)) return {};
    if (code < 0) return av_error("encoder: receive", code);
    base::Bytes bytes(packet_->data, static_cast<size_t>(packet_->size));
    auto payload = canonical(bytes);
    if (!payload) return payload.error();
    bool key = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
    sink({key, to_duration(packet_->pts), to_duration(packet_->dts), std::move(*payload)});
    av_packet_unref(packet_.get());
  }
}

base::Result<std::unique_ptr<VideoEncoder>> VideoEncoder::open(const Options& options) {
  std::unique_ptr<VideoEncoder> encoder(new VideoEncoder);
  auto status = encoder->Encoder::open("libx264", [&](AVCodecContext& c) {
    c.width = options.width;
    c.height = options.height;
    c.sample_aspect_ratio = options.sample_aspect;
    c.pix_fmt = AV_PIX_FMT_YUV420P;
    c.time_base = options.time_base;
    c.framerate = options.frame_rate;
    c.gop_size = options.keyframe_pictures > 0 ? options.keyframe_pictures : INT_MAX;
    c.max_b_frames = 0;
    c.bit_rate = options.bitrate_bps;
    c.rc_max_rate = options.bitrate_bps;
    c.rc_buffer_size = static_cast<int>(options.bitrate_bps);
    c.color_primaries = options.color.primaries;
    c.color_trc = options.color.transfer;
    c.colorspace = options.color.space;
    c.color_range = options.color.range;
    av_opt_set(c.priv_data, "preset", options.preset, 0);
    av_opt_set(c.priv_data, "tune", "zerolatency", 0);
    av_opt_set(c.priv_data, "forced-idr", "1", 0);
    av_opt_set(c.priv_data, "x264-params", options.parameters, 0);
  });
  if (!status) return status.error();
  const AVCodecContext& context = *encoder->context_;
  auto record = avc_record({context.extradata, static_cast<size_t>(context.extradata_size)});
  if (!record) return record.error();
  encoder->record_ = *record;
  return encoder;
}

void VideoEncoder::set_bitrate(int64_t bitrate_bps) {
  // FFmpeg hands changes of these to x264 with the next picture.
  context_->bit_rate = bitrate_bps;
  // Peaks stay as high as they were: it would lower them first, below the mean, and x264 would complain.
  if (bitrate_bps <= context_->rc_max_rate) return;
  context_->rc_max_rate = bitrate_bps;
  context_->rc_buffer_size = static_cast<int>(bitrate_bps);
}

base::Result<base::Slice> VideoEncoder::canonical(base::Bytes payload) const {
  return codec::annexb_to_length_prefixed(payload);
}

base::Result<std::unique_ptr<JpegEncoder>> JpegEncoder::open(const Options& options) {
  std::unique_ptr<JpegEncoder> encoder(new JpegEncoder);
  // Quantiser scales beyond 16 show nothing but blocks.
  int scale = 2 + (100 - std::clamp(options.quality, 1, 100)) * 14 / 100;
  auto status = encoder->Encoder::open("mjpeg", [&](AVCodecContext& c) {
    c.width = options.width;
    c.height = options.height;
    c.pix_fmt = AV_PIX_FMT_YUV420P;
    c.color_range = AVCOL_RANGE_JPEG;
    c.time_base = {1, 1000};
    c.flags |= AV_CODEC_FLAG_QSCALE;
    c.global_quality = FF_QP2LAMBDA * scale;
    c.qmin = c.qmax = scale;
  });
  if (!status) return status.error();
  encoder->frame_->quality = encoder->context_->global_quality;
  return encoder;
}

base::Result<base::Slice> JpegEncoder::canonical(base::Bytes payload) const {
  return base::Slice::copy_of(payload);
}

base::Result<std::unique_ptr<AudioEncoder>> AudioEncoder::open(const Options& options) {
  std::unique_ptr<AudioEncoder> encoder(new AudioEncoder);
  auto status = encoder->Encoder::open(options.codec, [&](AVCodecContext& c) {
    c.sample_rate = options.sample_rate;
    c.time_base = {1, options.sample_rate};
    c.sample_fmt = c.codec->sample_fmts[0];
    c.bit_rate = options.bitrate_bps;
    av_channel_layout_default(&c.ch_layout, options.channels);
  });
  if (!status) return status.error();
  const AVCodecContext& context = *encoder->context_;
  encoder->record_ = base::Slice::copy_of({context.extradata, static_cast<size_t>(context.extradata_size)});
  return encoder;
}

int AudioEncoder::frame_samples() const {
  return context_->frame_size;
}

base::Result<base::Slice> AudioEncoder::canonical(base::Bytes payload) const {
  return base::Slice::copy_of(payload);
}

}  // namespace eyas::worker
