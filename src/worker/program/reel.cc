#include "worker/program/reel.h"

extern "C" {
#include <libavutil/frame.h>
}

namespace eyas::worker {

base::Result<std::unique_ptr<Reel>> Reel::open(int fd, int64_t bytes) {
  auto file = MediaFile::open(fd, bytes, "");
  if (!file) return file.error();
  std::unique_ptr<Reel> reel(new Reel(std::move(*file)));
  // To its first picture, so that a film without one is told at once.
  while (reel->pictures_.empty()) {
    if (auto status = reel->read(); !status) return status.error();
  }
  return reel;
}

void Reel::take_track(const TrackMessage& track) {
  if (media::kind_of(track.codec) != media::TrackKind::kVideo) return;
  if (track_ != 0 && track_ != track.id) return;  // the first of several
  auto decoder = TrackDecoder::open(track);
  if (!decoder) {
    opened_ = decoder.error();
    return;
  }
  track_ = track.id;
  decoder_ = std::move(*decoder);
}

void Reel::take_frame(const FrameMessage& frame) {
  if (!decoder_ || frame.track != track_) return;
  // What cannot be decoded is not shown.
  static_cast<void>(decoder_->decode(frame, [this](AVFrame& picture) { return take_picture(picture); }));
}

base::Status Reel::take_picture(AVFrame& picture) {
  base::Duration at(picture.pts);
  if (any_ && at > end_) step_ = at - end_;
  end_ = std::max(end_, at);
  any_ = true;
  pictures_.push_back({AvFramePtr(av_frame_clone(&picture)), round_ + at});
  return {};
}

base::Status Reel::read() {
  MediaFile::Sink sink{[this](const TrackMessage& track) { take_track(track); },
                       [this](const FrameMessage& frame) { take_frame(frame); }};
  bool more = file_->read(sink);
  if (!opened_.ok()) return opened_;
  return more ? base::Status() : rewind();
}

base::Status Reel::rewind() {
  if (decoder_)
    static_cast<void>(decoder_->drain([this](AVFrame& picture) { return take_picture(picture); }));
  if (!any_) return base::Error{base::Code::kMalformed, "the film has no picture", {}};
  round_ += end_ + step_;
  end_ = base::Duration::zero();
  any_ = false;
  return file_->seek({});
}

base::Status Reel::turn_to(base::Duration time, const TrackDecoder::FrameSink& show) {
  AvFramePtr due;
  for (;;) {
    while (!pictures_.empty() && pictures_.front().at <= time) {
      due = std::move(pictures_.front().frame);
      pictures_.pop_front();
    }
    if (!pictures_.empty()) break;
    if (auto status = read(); !status) return status;
  }
  return due ? show(*due) : base::Status();
}

}  // namespace eyas::worker
