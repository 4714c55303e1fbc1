#include "protocols/rtsp/jpeg_tracks.h"

#include <utility>

#include "base/log.h"
#include "protocols/rtsp/media_map.h"

namespace eyas::rtsp {
namespace {

bool is_jpeg(const media::Track& track) {
  return track.media_type == kJpegType;
}

}  // namespace

void JpegTracks::on_track(media::TrackPtr track) {
  if (!is_jpeg(*track)) return next_.on_track(std::move(track));
  auto [at, fresh] = videos_.try_emplace(track->id);
  if (!fresh) return;
  at->second = std::make_unique<Video>(*this, track->id);
  base::Error why{base::Code::kUnsupported, "nobody here makes video of pictures", {}};
  if (pictures_ != nullptr) {
    auto video = pictures_->video_of_jpeg(title_, home_, static_cast<hub::JpegVideo::Sink&>(*at->second));
    if (video)
      at->second->worker = *std::move(video);
    else
      why = video.error();
  }
  if (!at->second->worker)
    base::log::warning("rtsp.jpeg_left_out", {{"stream", title_}, {"error", why.message()}});
}

void JpegTracks::on_frame(media::Frame frame) {
  if (!is_jpeg(*frame.track)) return next_.on_frame(std::move(frame));
  auto found = videos_.find(frame.track->id);
  if (found == videos_.end() || !found->second->worker) {
    ++lost_;
    return;
  }
  found->second->worker->feed(std::move(frame.payload), frame.pts);
}

uint64_t JpegTracks::left_out() const {
  uint64_t sum = lost_;
  for (const auto& [id, video] : videos_) sum += video->worker ? video->worker->left_out() : 0;
  return sum;
}

void JpegTracks::Video::on_track(media::TrackPtr track) {
  auto own = std::make_shared<media::Track>(*track);
  own->id = id;
  made = std::move(own);
  owner.next_.on_track(made);
}

void JpegTracks::Video::on_frame(media::Frame frame) {
  if (!made) return;
  frame.track = made;
  owner.next_.on_frame(std::move(frame));
}

}  // namespace eyas::rtsp
