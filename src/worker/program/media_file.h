// MediaFile: a file of pictures and sound, read packet by packet in our own form. Nothing is decoded. Where
// its clock was set anew in the middle, positions go on.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "worker/program/av.h"
#include "worker/program/track_form.h"
#include "worker/protocol.h"

namespace eyas::worker {

// Lives in the worker's only thread.
class MediaFile {
 public:
  // How large the file at that descriptor is; to be asked before the sandbox closes. Errors: kSystem.
  static base::Result<int64_t> bytes_of(int fd);
  // The descriptor is read with pread() only and must be a file of a known size; it stays the caller's.
  // `name` is a hint at the format. Errors: kMalformed for what is none of the formats that we read;
  // kUnsupported when nothing in it can be carried, with its codecs.
  static base::Result<std::unique_ptr<MediaFile>> open(int fd, int64_t bytes, const std::string& name);
  ~MediaFile();

  // 0: unknown.
  base::Duration duration() const;
  // What cannot be carried: "mpeg4 video, dvd_subtitle subtitle"; empty: nothing.
  const std::string& left_out() const { return left_out_; }
  // To the keyframe at or before the position. Errors: kSystem.
  base::Status seek(base::Duration position);

  struct Sink {
    std::function<void(TrackMessage)> track;
    std::function<void(FrameMessage)> frame;  // times are positions in the file
  };
  // One packet further: gives at most one frame, and before it its track when that is new. False at the end,
  // also at one that a broken file has.
  bool read(const Sink& sink);
  // Packets that could not be put into our form.
  uint64_t broken() const { return broken_; }

 private:
  struct Input;  // what FFmpeg reads through
  struct Track {
    TrackForm form;
    std::optional<base::Duration> last_dts;
    base::Duration shift{0};  // from the file's times to positions
  };
  MediaFile();
  void find_tracks();
  base::Duration position(int64_t ticks, int stream) const;
  void follow_clock(Track& track, base::Duration dts);
  void emit(Track& track, const struct AVPacket& packet, const Sink& sink);

  std::unique_ptr<Input> input_;
  AvPacketPtr packet_;
  base::Duration zero_{0};
  std::map<int, Track> tracks_;  // by FFmpeg's number of the stream
  std::string left_out_;
  base::Duration shift_{0};  // of the track that was shifted last
  base::Duration reached_{0};
  base::Duration end_{0};  // of what was sent last
  uint64_t broken_ = 0;
};

}  // namespace eyas::worker
