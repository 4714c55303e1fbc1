// JpegTracks: tracks of JPEG images on their way into the hub: video that a worker makes takes their place.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "hub/pictures.h"
#include "protocols/rtsp/track_receiver.h"

namespace eyas::rtsp {

// The others pass. Lives on its session's loop.
class JpegTracks final : public TrackReceiver::Sink {
 public:
  // `title` for the log; `home` is one of the server's loops. `pictures` may be null: JPEG is left out then.
  // All outlive it.
  JpegTracks(std::string title, io::Executor& home, hub::Pictures* pictures, TrackReceiver::Sink& next)
      : title_(std::move(title)), home_(home), pictures_(pictures), next_(next) {}

  void on_track(media::TrackPtr track) override;
  void on_frame(media::Frame frame) override;
  // Images that no video was made of.
  uint64_t left_out() const;

 private:
  struct Video final : hub::JpegVideo::Sink {
    Video(JpegTracks& o, media::TrackId i) : owner(o), id(i) {}
    void on_track(media::TrackPtr track) override;
    void on_frame(media::Frame frame) override;

    JpegTracks& owner;
    media::TrackId id;                       // what the sender's track has, the video has too
    media::TrackPtr made;                    // null before the worker told
    std::unique_ptr<hub::JpegVideo> worker;  // null: nobody makes it
  };

  std::string title_;
  io::Executor& home_;
  hub::Pictures* pictures_;
  TrackReceiver::Sink& next_;
  std::map<media::TrackId, std::unique_ptr<Video>> videos_;
  uint64_t lost_ = 0;  // those without a worker
};

}  // namespace eyas::rtsp
