// The file job: plays the file at kInputFd once, in real time.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "worker/program/channel.h"
#include "worker/program/media_file.h"

namespace eyas::worker {

// Reads a little ahead, so that the file's order of storing is not the order of sending, and so that the
// server hears of the end before it is there. Lives in the worker's only thread.
class FileRun {
 public:
  static constexpr base::Duration kAhead = std::chrono::milliseconds(1500);
  static constexpr size_t kAheadBytesMax = 64u << 20;
  // A hole in the file is not waited for longer than this.
  static constexpr base::Duration kHoleMax = std::chrono::seconds(5);
  // One that could not be opened in time makes up for so much by sending faster; the rest is late.
  static constexpr base::Duration kLateMax = std::chrono::seconds(2);

  // Errors: kSystem when there is no file.
  static base::Result<std::unique_ptr<FileRun>> prepare(const FileJob& job, Channel& channel);
  // Returns when it is over: kClosed at the file's end, and when the server hung up.
  base::Error run();

 private:
  FileRun(const FileJob& job, Channel& channel, int64_t bytes)
      : job_(job), channel_(channel), bytes_(bytes) {}
  base::Status open();
  base::Status fill();
  void keep_track(TrackMessage track);
  void keep_frame(const FrameMessage& frame);
  base::Status tell_opened();
  base::Status send_next();
  void wait_for(base::Duration dts);

  FileJob job_;
  Channel& channel_;
  int64_t bytes_;
  std::unique_ptr<MediaFile> file_;
  OpenedMessage opened_;
  std::vector<TrackMessage> first_tracks_;
  std::multimap<base::Duration, std::vector<uint8_t>> ahead_;  // messages by the dts at which they are due
  std::vector<std::vector<uint8_t>> news_;                     // tracks, to be told with the next frame
  size_t ahead_bytes_ = 0;
  base::Duration end_{0};
  base::Duration last_{0};
  base::MonoTime start_;  // when position 0 would have been due
  bool running_ = false;
  bool through_ = false;
};

}  // namespace eyas::worker
