#include "worker/program/pictures_run.h"

extern "C" {
#include <libavutil/frame.h>
}

namespace eyas::worker {

base::Error PicturesRun::run() {
  Decoder decoder(static_cast<Decoder::Sink&>(*this), {}, Speaker::kServer);
  while (ended_.ok()) {
    if (auto status = channel_.read_into(decoder); !status) return status.error();
  }
  return ended_.error();
}

void PicturesRun::on_track(TrackMessage track) {
  if (!ended_.ok()) return;
  auto decoder = TrackDecoder::open(track);
  if (!decoder) {
    ended_ = decoder.error();
    return;
  }
  decoder_ = std::move(*decoder);
}

void PicturesRun::on_variant(VariantMessage variant) {
  makers_.erase(variant.id);
  if (!variant.wanted || !ended_.ok()) return;
  auto made = makers_.emplace(variant.id, PictureMaker(variant)).first;
  ended_ = channel_.say(made->second.track());
}

void PicturesRun::on_frame(FrameMessage frame) {
  if (!ended_.ok() || !decoder_) return;
  ended_ = broken_.bear(decoder_->decode(frame, [this](AVFrame& decoded) { return show(decoded); }));
}

base::Status PicturesRun::show(const AVFrame& decoded) {
  base::Duration pts(decoded.best_effort_timestamp);
  for (auto& [id, maker] : makers_) {
    if (!maker.due(pts)) continue;
    auto image = maker.make(decoded, pts);
    if (!image) return image.error();
    FrameMessage frame{.track = id, .key = true, .pts = pts, .dts = pts};
    frame.payload = std::move(*image);
    if (auto status = channel_.say(frame); !status) return status;
  }
  return {};
}

}  // namespace eyas::worker
