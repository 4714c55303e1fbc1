#include "worker/program/picture_maker.h"

extern "C" {
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <vector>

namespace eyas::worker {
namespace {

// A picture that comes a little early for its turn, by a sender's jitter, is taken all the same.
constexpr int64_t kEarlyPercent = 10;
constexpr int kSideMin = 16;

bool is_full_range(const AVFrame& frame) {
  switch (frame.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
      return true;
    default:
      return frame.color_range == AVCOL_RANGE_JPEG;
  }
}

// The same without the range in its name, which FFmpeg's scaler is told of apart.
AVPixelFormat plain(int format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    default:
      return static_cast<AVPixelFormat>(format);
  }
}

// Video of 720 lines and more is BT.709 when it does not say.
int matrix_of(const AVFrame& frame) {
  if (frame.colorspace == AVCOL_SPC_BT709) return SWS_CS_ITU709;
  if (frame.colorspace == AVCOL_SPC_UNSPECIFIED && frame.height >= 720) return SWS_CS_ITU709;
  if (frame.colorspace == AVCOL_SPC_BT2020_NCL) return SWS_CS_BT2020;
  return SWS_CS_ITU601;
}

}  // namespace

TrackMessage PictureMaker::track() const {
  return {.id = wanted_.id,
          .codec = media::Codec::kData,
          .media_type = wanted_.look ? "application/octet-stream" : kJpegType};
}

bool PictureMaker::due(base::Duration pts) const {
  if (!made_ || pts < *made_) return true;
  return pts - *made_ >= wanted_.interval - wanted_.interval * kEarlyPercent / 100;
}

base::Result<base::Slice> PictureMaker::make(const AVFrame& decoded, base::Duration pts) {
  Form source{decoded.width, decoded.height, decoded.format, is_full_range(decoded)};
  if (!scaler_ || source != source_) {
    if (auto status = adapt(decoded, source); !status) return status.error();
  }
  made_ = pts;
  AVFrame& into = wanted_.look ? *look_ : encoder_->frame();
  sws_scale(scaler_.get(), decoded.data, decoded.linesize, 0, decoded.height, into.data, into.linesize);
  if (wanted_.look) return brightness(into);
  base::Slice image;
  auto status = encoder_->encode(base::to_ms(pts), [&](Packet packet) { image = std::move(packet.payload); });
  if (!status) return status.error();
  return image;
}

base::Status PictureMaker::adapt(const AVFrame& decoded, const Form& source) {
  source_ = source;
  int width = kLookWidth, height = kLookHeight;
  if (!wanted_.look) {
    int wanted = wanted_.width == 0 ? source.width : static_cast<int>(wanted_.width);
    width = std::max(std::min(wanted, source.width) & ~1, kSideMin);
    height = std::max(static_cast<int>(int64_t{width} * source.height / source.width) & ~1, kSideMin);
    auto encoder = JpegEncoder::open({width, height, wanted_.quality});
    if (!encoder) return encoder.error();
    encoder_ = std::move(*encoder);
  } else if (!look_) {
    look_.reset(av_frame_alloc());
    look_->width = width, look_->height = height, look_->format = AV_PIX_FMT_GRAY8;
    if (int code = av_frame_get_buffer(look_.get(), 0); code < 0) return av_error("look", code);
  }
  auto target = wanted_.look ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_YUV420P;
  scaler_.reset(sws_getContext(source.width, source.height, plain(source.format), width, height, target,
                               SWS_BILINEAR, nullptr, nullptr, nullptr));
  if (!scaler_) return base::Error{base::Code::kUnsupported, "picture format", std::to_string(source.format)};
  // JPEG is BT.601 in full range; most video is neither. [ITU-T T.871 7]
  sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(matrix_of(decoded)), source.full_range ? 1 : 0,
                           sws_getCoefficients(SWS_CS_ITU601), 1, 0, 1 << 16, 1 << 16);
  return {};
}

base::Slice PictureMaker::brightness(const AVFrame& scaled) const {
  std::vector<uint8_t> fields;
  fields.reserve(size_t{kLookWidth} * kLookHeight);
  for (uint32_t row = 0; row < kLookHeight; ++row) {
    const uint8_t* from = scaled.data[0] + static_cast<std::ptrdiff_t>(row) * scaled.linesize[0];
    fields.insert(fields.end(), from, from + kLookWidth);
  }
  return base::Slice(std::move(fields));
}

}  // namespace eyas::worker
