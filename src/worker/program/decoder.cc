#include "worker/program/decoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <cstring>

namespace eyas::worker {
namespace {

AVCodecID id_of(const TrackMessage& track) {
  using enum media::Codec;
  switch (track.codec) {
    case kH264:
      return AV_CODEC_ID_H264;
    case kH265:
      return AV_CODEC_ID_HEVC;
    case kAv1:
      return AV_CODEC_ID_AV1;
    case kVp9:
      return AV_CODEC_ID_VP9;
    case kVp8:
      return AV_CODEC_ID_VP8;
    case kAac:
      return AV_CODEC_ID_AAC;
    case kOpus:
      return AV_CODEC_ID_OPUS;
    case kG711A:
      return AV_CODEC_ID_PCM_ALAW;
    case kG711U:
      return AV_CODEC_ID_PCM_MULAW;
    case kG726:
      return AV_CODEC_ID_ADPCM_G726LE;
    case kL16:
      return AV_CODEC_ID_PCM_S16BE;
    case kMp3:
      return AV_CODEC_ID_MP3;
    case kAc3:
      return AV_CODEC_ID_AC3;
    case kEac3:
      return AV_CODEC_ID_EAC3;
    case kFlac:
      return AV_CODEC_ID_FLAC;
    case kData:
      if (track.media_type == kJpegType) return AV_CODEC_ID_MJPEG;
      if (track.media_type == kPngType) return AV_CODEC_ID_PNG;
      break;
  }
  return AV_CODEC_ID_NONE;
}

base::Status set_record(AVCodecContext& context, const base::Slice& record) {
  if (record.empty()) return {};
  // FFmpeg's parsers read past the end, where zeros must lie.
  auto* copy = static_cast<uint8_t*>(av_mallocz(record.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (copy == nullptr) return av_error("decoder: record", AVERROR(ENOMEM));
  std::memcpy(copy, record.data(), record.size());
  context.extradata = copy;
  context.extradata_size = static_cast<int>(record.size());
  return {};
}

}  // namespace

TrackDecoder::TrackDecoder(AvContextPtr context)
    : context_(std::move(context)), packet_(av_packet_alloc()), frame_(av_frame_alloc()) {}

base::Result<std::unique_ptr<TrackDecoder>> TrackDecoder::open(const TrackMessage& track) {
  const AVCodec* codec = avcodec_find_decoder(id_of(track));
  if (codec == nullptr)
    return base::Error{base::Code::kUnsupported, "no decoder", media::codec_name(track.codec)};
  AvContextPtr context(avcodec_alloc_context3(codec));
  context->sample_rate = static_cast<int>(track.sample_rate);
  if (track.channels > 0) av_channel_layout_default(&context->ch_layout, track.channels);
  if (track.codec == media::Codec::kG726) {
    context->bits_per_coded_sample = track.record.empty() ? 0 : track.record.bytes()[0];
  } else if (auto status = set_record(*context, track.record); !status) {
    return status.error();
  }
  return open(std::move(context));
}

base::Result<std::unique_ptr<TrackDecoder>> TrackDecoder::open(const AVCodecParameters& stream) {
  const AVCodec* codec = avcodec_find_decoder(stream.codec_id);
  if (codec == nullptr)
    return base::Error{base::Code::kUnsupported, "no decoder", avcodec_get_name(stream.codec_id)};
  AvContextPtr context(avcodec_alloc_context3(codec));
  if (int code = avcodec_parameters_to_context(context.get(), &stream); code < 0)
    return av_error("decoder", code);
  return open(std::move(context));
}

base::Result<std::unique_ptr<TrackDecoder>> TrackDecoder::open(AvContextPtr context) {
  // More threads hold pictures back.
  context->thread_count = 1;
  context->pkt_timebase = {1, 1'000'000'000};
  if (int code = avcodec_open2(context.get(), nullptr, nullptr); code < 0) return av_error("decoder", code);
  return std::unique_ptr<TrackDecoder>(new TrackDecoder(std::move(context)));
}

base::Status TrackDecoder::decode(const FrameMessage& frame, const FrameSink& sink) {
  if (int code = av_new_packet(packet_.get(), static_cast<int>(frame.payload.size())); code < 0)
    return av_error("decoder: packet", code);
  std::memcpy(packet_->data, frame.payload.data(), frame.payload.size());
  packet_->pts = frame.pts.count();
  packet_->dts = frame.dts.count();
  if (frame.key) packet_->flags |= AV_PKT_FLAG_KEY;
  if (frame.hidden) packet_->flags |= AV_PKT_FLAG_DISCARD;
  int sent = avcodec_send_packet(context_.get(), packet_.get());
  av_packet_unref(packet_.get());
  if (sent < 0) return base::Error{base::Code::kMalformed, "decoder: frame", av_error("", sent).detail};
  return frame.alone ? drain(sink) : receive(sink);
}

base::Status TrackDecoder::drain(const FrameSink& sink) {
  avcodec_send_packet(context_.get(), nullptr);
  auto status = receive(sink);
  avcodec_flush_buffers(context_.get());
  return status;
}

base::Status TrackDecoder::decode(const AVPacket& packet, const FrameSink& sink) {
  if (int sent = avcodec_send_packet(context_.get(), &packet); sent < 0)
    return base::Error{base::Code::kMalformed, "decoder: frame", av_error("", sent).detail};
  return receive(sink);
}

base::Status TrackDecoder::receive(const FrameSink& sink) {
  for (;;) {
    int code = avcodec_receive_frame(context_.get(), frame_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
    if (code < 0) return base::Error{base::Code::kMalformed, "decoder: frame", av_error("", code).detail};
    auto status = sink(*frame_);
    av_frame_unref(frame_.get());
    if (!status) return status;
  }
}

}  // namespace eyas::worker
