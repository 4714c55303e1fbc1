#include "worker/program/encoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
}

#include <vector>

#include "codec/codec.h"

namespace eyas::worker {
namespace {

base::Error failed(const char* context, int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return {base::Code::kSystem, context, text};
}

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

void ReleaseAv::operator()(AVCodecContext* context) const {
  avcodec_free_context(&context);
}
void ReleaseAv::operator()(AVFrame* frame) const {
  av_frame_free(&frame);
}
void ReleaseAv::operator()(AVPacket* packet) const {
  av_packet_free(&packet);
}

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
  if (int code = avcodec_open2(context_.get(), codec, nullptr); code < 0) return failed(name, code);
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
  if (int code = av_frame_get_buffer(frame_.get(), 0); code < 0) return failed("encoder: frame buffer", code);
  return {};
}

base::Duration Encoder::to_duration(int64_t ticks) const {
  return base::Duration(av_rescale_q(ticks, context_->time_base, AVRational{1, 1'000'000'000}));
}

base::Status Encoder::encode(int64_t pts, const PacketSink& sink) {
  frame_->pts = pts;
  if (int code = avcodec_send_frame(context_.get(), frame_.get()); code < 0)
    return failed("encoder: send", code);
  for (;;) {
    int code = avcodec_receive_packet(context_.get(), packet_.get());
    if (code == AVERROR(EAGAIN)) break;
    if (code < 0) return failed("encoder: receive", code);
    base::Bytes bytes(packet_->data, static_cast<size_t>(packet_->size));
    auto payload = canonical(bytes);
    if (!payload) return payload.error();
    bool key = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
    sink({key, to_duration(packet_->pts), to_duration(packet_->dts), std::move(*payload)});
    av_packet_unref(packet_.get());
  }
  // The encoder may still hold the picture: the next one is drawn elsewhere.
  if (int code = av_frame_make_writable(frame_.get()); code < 0) return failed("encoder: frame", code);
  return {};
}

base::Result<std::unique_ptr<VideoEncoder>> VideoEncoder::open(const Options& options) {
  std::unique_ptr<VideoEncoder> encoder(new VideoEncoder);
  auto rate = static_cast<int>(options.frame_rate);
  auto status = encoder->Encoder::open("libx264", [&](AVCodecContext& c) {
    c.width = static_cast<int>(options.width);
    c.height = static_cast<int>(options.height);
    c.pix_fmt = AV_PIX_FMT_YUV420P;
    c.time_base = {1, rate};
    c.framerate = {rate, 1};
    c.gop_size = rate;
    c.max_b_frames = 0;
    c.bit_rate = options.bitrate_bps;
    c.rc_max_rate = options.bitrate_bps;
    c.rc_buffer_size = static_cast<int>(options.bitrate_bps);
    c.color_primaries = AVCOL_PRI_BT709;
    c.color_trc = AVCOL_TRC_BT709;
    c.colorspace = AVCOL_SPC_BT709;
    c.color_range = AVCOL_RANGE_MPEG;
    // The cheapest preset, with the two of its savings taken back that show most at 4 Mbit/s.
    av_opt_set(c.priv_data, "preset", "ultrafast", 0);
    av_opt_set(c.priv_data, "tune", "zerolatency", 0);
    av_opt_set(c.priv_data, "x264-params", "cabac=1:deblock=0,0:scenecut=0:sliced-threads=0:threads=1", 0);
  });
  if (!status) return status.error();
  const AVCodecContext& context = *encoder->context_;
  auto record = avc_record({context.extradata, static_cast<size_t>(context.extradata_size)});
  if (!record) return record.error();
  encoder->record_ = *record;
  return encoder;
}

base::Result<base::Slice> VideoEncoder::canonical(base::Bytes payload) const {
  return codec::annexb_to_length_prefixed(payload);
}

base::Result<std::unique_ptr<AudioEncoder>> AudioEncoder::open(int sample_rate, int64_t bitrate_bps) {
  std::unique_ptr<AudioEncoder> encoder(new AudioEncoder);
  auto status = encoder->Encoder::open("aac", [&](AVCodecContext& c) {
    c.sample_rate = sample_rate;
    c.time_base = {1, sample_rate};
    c.sample_fmt = AV_SAMPLE_FMT_FLTP;
    c.bit_rate = bitrate_bps;
    av_channel_layout_default(&c.ch_layout, 2);
  });
  if (!status) return status.error();
  const AVCodecContext& context = *encoder->context_;
  encoder->record_ = base::Slice::copy_of({context.extradata, static_cast<size_t>(context.extradata_size)});
  return encoder;
}

base::Result<base::Slice> AudioEncoder::canonical(base::Bytes payload) const {
  return base::Slice::copy_of(payload);
}

}  // namespace eyas::worker
