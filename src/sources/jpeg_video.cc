#include "sources/jpeg_video.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "sources/worker_media.h"

namespace eyas::sources {
namespace {

constexpr uint32_t kImageTrack = 1;
// The step follows the camera slowly: 1 in 8.
constexpr int kStepFollow = 8;
constexpr base::Duration kStepMax = std::chrono::seconds(2);

}  // namespace

WorkerJpegVideo::WorkerJpegVideo(io::Loop& loop, std::string title, const PictureOptions& options,
                                 std::shared_ptr<PictureStats> stats, hub::JpegVideo::Sink& sink)
    : loop_(loop),
      stats_(std::move(stats)),
      sink_(sink),
      supervisor_(
          loop, std::move(title), base::Slice(worker::encode(worker::TranscodeJob{media::Codec::kH264})),
          worker::launch_program(loop, options.process), static_cast<worker::Supervisor::Sink&>(*this),
          worker::SupervisorOptions{.speaks_unasked = false, .limits = {}}) {
  supervisor_.start();
}

WorkerJpegVideo::~WorkerJpegVideo() {
  stats_->leave_worker();
}

void WorkerJpegVideo::on_state(worker::WorkerState state) {
  if (state == worker::WorkerState::kBackoff) {
    ++stats_->restarts;
    choked_ = false;
  }
  if (state != worker::WorkerState::kStarting) return;
  last_key_.reset();
  worker::TrackMessage images{
      .id = kImageTrack, .codec = media::Codec::kData, .media_type = worker::kJpegType};
  supervisor_.send(base::Slice(worker::encode(images)));
}

bool WorkerJpegVideo::feed(base::Slice jpeg, media::MediaTime at) {
  if (choked_ || (last_ && at <= *last_) || supervisor_.state() == worker::WorkerState::kBackoff) {
    ++left_out_;
    ++stats_->images_lost;
    return false;
  }
  if (last_) {
    base::Duration step = std::min(at - *last_, kStepMax);
    step_ = step_ == base::Duration::zero() ? step : step_ + (step - step_) / kStepFollow;
  }
  last_ = at;
  base::Duration time = at.time_since_epoch();
  worker::FrameMessage message{.track = kImageTrack, .pts = time, .dts = time, .duration = step_};
  message.key = !last_key_ || at - *last_key_ >= kKeyInterval;
  if (message.key) last_key_ = at;
  message.payload = std::move(jpeg);
  ++stats_->images_in;
  choked_ = supervisor_.send(base::Slice(worker::encode(message))) > 0;
  return true;
}

void WorkerJpegVideo::on_track(worker::TrackMessage message) {
  auto track = track_of(std::move(message));
  if (!track || (*track)->config.codec != media::Codec::kH264) {
    base::log::warning("pictures.track", {{"error", track ? "not H.264" : track.error().message()}});
    return;
  }
  track_ = *track;
  sink_.on_track(track_);
}

void WorkerJpegVideo::on_frame(worker::FrameMessage message) {
  if (!track_ || !fits(*track_, message)) return;
  sink_.on_frame(frame_of(std::move(message), track_, loop_.clock().mono()));
}

}  // namespace eyas::sources
