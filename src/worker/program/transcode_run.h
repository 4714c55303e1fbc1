// The transcode job: what the server sends is decoded, encoded and sent back until the server is gone.
#pragma once

#include <memory>

#include "worker/program/broken.h"
#include "worker/program/channel.h"
#include "worker/program/transcoder.h"

namespace eyas::worker {

// Lives in the worker's only thread.
class TranscodeRun final : Decoder::Sink, TranscodeSink {
 public:
  TranscodeRun(const TranscodeJob& job, Channel& channel);
  // Returns when it cannot go on: kClosed when the server hung up.
  base::Error run();

 private:
  void on_track(TrackMessage track) override;
  void on_frame(FrameMessage frame) override;
  void on_key_request(KeyRequest request) override;
  base::Status tell(TrackMessage track) override { return channel_.say(track); }
  base::Status give(FrameMessage frame) override { return channel_.say(frame); }

  Channel& channel_;
  std::unique_ptr<Transcoder> transcoder_;
  base::Status ended_;  // why it cannot go on
  bool has_source_ = false;
  Broken broken_{channel_};
};

}  // namespace eyas::worker
