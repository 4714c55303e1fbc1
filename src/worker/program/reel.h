// Reel: the pictures of a film, again and again, by time.
#pragma once

#include <deque>
#include <memory>

#include "worker/program/decoder.h"
#include "worker/program/media_file.h"

namespace eyas::worker {

// Lives in the worker's only thread.
class Reel {
 public:
  // Errors: MediaFile::open()'s; kUnsupported for a film without pictures that can be decoded.
  static base::Result<std::unique_ptr<Reel>> open(int fd, int64_t bytes);

  // Gives `show` the picture of that time, counted from the film's first beginning, when it is another than
  // the last. Times only grow. Errors: `show`'s; kMalformed when the film has no picture at all.
  base::Status turn_to(base::Duration time, const TrackDecoder::FrameSink& show);

 private:
  struct Picture {
    AvFramePtr frame;
    base::Duration at;
  };
  explicit Reel(std::unique_ptr<MediaFile> file) : file_(std::move(file)) {}
  base::Status read();
  base::Status rewind();
  void take_track(const TrackMessage& track);
  void take_frame(const FrameMessage& frame);
  base::Status take_picture(AVFrame& picture);

  std::unique_ptr<MediaFile> file_;
  uint32_t track_ = 0;  // the pictures' id; 0: not known yet
  std::unique_ptr<TrackDecoder> decoder_;
  base::Status opened_;
  std::deque<Picture> pictures_;                         // decoded, not shown yet
  base::Duration round_{0};                              // when this round of the film began
  base::Duration end_{0};                                // of the newest picture, in this round
  base::Duration step_ = std::chrono::milliseconds(40);  // between its last two; a film may have one picture
  bool any_ = false;                                     // this round had a picture
};

}  // namespace eyas::worker
