#include "container/mpegts/elementary.h"

namespace eyas::mpegts {

void Elementary::set_config(media::CodecConfig config, const std::string& media_type) {
  bool same = track_ && track_->config.same_decoder(config) && track_->config.channels == config.channels &&
              track_->config.sample_rate == config.sample_rate && track_->media_type == media_type;
  if (same) return;
  if (track_) ++events().in_band_config_changes;
  auto made = std::make_shared<media::Track>();
  made->id = id_;
  made->config = std::move(config);
  made->media_type = media_type;
  track_ = std::move(made);
  context_.sink.on_track(track_);
}

void Elementary::emit(media::MediaTime pts, media::MediaTime dts, base::MonoTime arrival, bool key,
                      base::Slice payload, base::Duration duration) {
  media::Frame frame;
  frame.track = track_;
  frame.pts = pts;
  frame.dts = dts;
  frame.duration = duration;
  frame.key = key;
  frame.arrival = arrival;
  frame.payload = std::move(payload);
  context_.sink.on_frame(std::move(frame));
}

std::unique_ptr<Elementary> make_elementary(const StreamForm& form, Elementary::Context context,
                                            media::TrackId id) {
  switch (form.framing) {
    case Framing::kNalUnits:
      return make_video(form, context, id);
    case Framing::kAdts:
    case Framing::kLatm:
    case Framing::kMpegAudio:
    case Framing::kAc3:
    case Framing::kEac3:
      return make_audio(form, context, id);
    case Framing::kAv1:
      return make_av1(context, id);
    case Framing::kOpus:
      return make_opus(form, context, id);
    case Framing::kMetadataCells:
    case Framing::kPrivate:
      break;
  }
  return make_data(form, context, id);
}

}  // namespace eyas::mpegts
