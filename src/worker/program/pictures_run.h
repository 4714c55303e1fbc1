// The pictures job: one video track is decoded once, and every variant that is wanted is made of it.
#pragma once

#include <map>
#include <memory>

#include "worker/program/broken.h"
#include "worker/program/channel.h"
#include "worker/program/decoder.h"
#include "worker/program/picture_maker.h"

namespace eyas::worker {

// Lives in the worker's only thread.
class PicturesRun final : Decoder::Sink {
 public:
  explicit PicturesRun(Channel& channel) : channel_(channel) {}
  // Returns when it cannot go on: kClosed when the server hung up.
  base::Error run();

 private:
  void on_track(TrackMessage track) override;
  void on_frame(FrameMessage frame) override;
  void on_variant(VariantMessage variant) override;

  base::Status show(const AVFrame& decoded);

  Channel& channel_;
  std::unique_ptr<TrackDecoder> decoder_;
  std::map<uint32_t, PictureMaker> makers_;
  base::Status ended_;  // why it cannot go on
  Broken broken_{channel_};
};

}  // namespace eyas::worker
