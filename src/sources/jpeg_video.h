// WorkerJpegVideo: a camera's JPEG images become H.264 in a worker.
#pragma once

#include <memory>
#include <string>

#include "hub/pictures.h"
#include "io/loop.h"
#include "sources/picture_tap.h"
#include "worker/supervisor.h"

namespace eyas::sources {

// Lives on its loop.
class WorkerJpegVideo final : public hub::JpegVideo, worker::Supervisor::Sink {
 public:
  // Images that begin a group come this often.
  static constexpr base::Duration kKeyInterval = std::chrono::seconds(1);

  // The caller has taken a place for the worker; it is left with us.
  WorkerJpegVideo(io::Loop& loop, std::string title, const PictureOptions& options,
                  std::shared_ptr<PictureStats> stats, hub::JpegVideo::Sink& sink);
  ~WorkerJpegVideo() override;

  bool feed(base::Slice jpeg, media::MediaTime at) override;
  uint64_t left_out() const override { return left_out_; }

 private:
  void on_track(worker::TrackMessage track) override;
  void on_frame(worker::FrameMessage frame) override;
  void on_state(worker::WorkerState state) override;
  void on_drained() override { choked_ = false; }

  io::Loop& loop_;
  std::shared_ptr<PictureStats> stats_;
  hub::JpegVideo::Sink& sink_;
  media::TrackPtr track_;
  std::optional<media::MediaTime> last_, last_key_;
  base::Duration step_{0};  // typical time between two images; zero until known
  bool choked_ = false;     // the worker has not taken all that it was sent
  uint64_t left_out_ = 0;
  worker::Supervisor supervisor_;
};

}  // namespace eyas::sources
