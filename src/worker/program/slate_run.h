// The slate job: a card, or an image of the operator's, in real time until the server is gone.
#pragma once

#include <memory>

#include "worker/program/channel.h"
#include "worker/program/encoder.h"
#include "worker/program/reel.h"
#include "worker/slate/card.h"

namespace eyas::worker {

// Lives in the worker's only thread.
class SlateRun {
 public:
  // Waits for the image when the job says that there is one. Errors: kInvalidConfig for a form that cannot be
  // encoded; kMalformed for an image that cannot be read; kSystem.
  // `film_bytes`: of the film at kInputFd, when the job says that there is one.
  static base::Result<std::unique_ptr<SlateRun>> open(const SlateJob& job, Channel& channel,
                                                      int64_t film_bytes);
  // Returns when it cannot go on: kClosed when the server hung up.
  base::Error run();

 private:
  SlateRun(const SlateJob& job, Channel& channel, std::unique_ptr<VideoEncoder> video,
           std::unique_ptr<AudioEncoder> audio);

  base::Status read_image();
  base::Status show_image(AVFrame& image);
  base::Status tell_tracks();
  base::Status send_picture(int64_t number);
  base::Status send_silence(base::Duration until);
  // Waits for the picture's moment; returns the number of the picture to send now.
  int64_t wait_for(int64_t number);
  base::Duration time_of(int64_t number) const;

  SlateJob job_;
  Channel& channel_;
  std::unique_ptr<VideoEncoder> video_;
  std::unique_ptr<AudioEncoder> audio_;  // null: no sound
  slate::Card card_;
  std::unique_ptr<Reel> film_;  // null: none
  AvScalerPtr scaler_;
  base::MonoTime started_;
  int64_t second_drawn_ = -1;
  int64_t sound_frames_ = 0;
};

}  // namespace eyas::worker
