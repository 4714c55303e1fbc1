#include "worker/program/transcode_run.h"

#include "worker/program/audio_transcoder.h"
#include "worker/program/video_transcoder.h"

namespace eyas::worker {
namespace {

std::unique_ptr<Transcoder> make(media::Codec to, TranscodeSink& sink) {
  if (to == media::Codec::kH264) return std::make_unique<VideoTranscoder>(sink);
  return std::make_unique<AudioTranscoder>(to, sink);
}

}  // namespace

TranscodeRun::TranscodeRun(const TranscodeJob& job, Channel& channel)
    : channel_(channel), transcoder_(make(job.to, *this)) {}

base::Error TranscodeRun::run() {
  Decoder decoder(static_cast<Decoder::Sink&>(*this), {}, Speaker::kServer);
  while (ended_.ok()) {
    if (auto status = channel_.read_into(decoder); !status) return status.error();
  }
  return ended_.error();
}

void TranscodeRun::on_track(TrackMessage track) {
  if (!ended_.ok()) return;
  ended_ = transcoder_->set_source(track);
  has_source_ = true;
}

void TranscodeRun::on_frame(FrameMessage frame) {
  if (ended_.ok() && has_source_) ended_ = broken_.bear(transcoder_->feed(frame));
}

void TranscodeRun::on_key_request(KeyRequest) {
  transcoder_->want_key();
}

}  // namespace eyas::worker
