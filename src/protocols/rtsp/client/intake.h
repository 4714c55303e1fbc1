// Intake: what a pull receives -> the hub.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "hub/directory.h"
#include "protocols/rtsp/track_receiver.h"

namespace eyas::rtsp {

// Frames that come before the hub has answered are kept, bounded in bytes, so that the first key frame is not
// lost. Lives on its transfer's loop.
class Intake final : public TrackReceiver::Sink {
 public:
  struct Events {
    base::UniqueFunction<void()> on_first_frame;         // inside on_frame()
    base::UniqueFunction<void(base::Error)> on_refused;  // by the hub, at once or later; from the loop
    std::function<void(media::TrackId)> on_key_wanted;
  };
  Intake(hub::Directory& directory, const hub::StreamName& stream, hub::PublisherInfo info,
         io::Executor& loop, size_t early_bytes_max, Events events);

  void report(hub::Counters counters);
  // early_bytes_max was reached: frames were dropped.
  bool overflowed() const { return overflowed_; }

 private:
  void on_track(media::TrackPtr track) override;
  void on_frame(media::Frame frame) override;
  void answered(base::Result<hub::Publisher> publisher);

  size_t early_bytes_left_;
  Events events_;
  std::vector<std::variant<media::TrackPtr, media::Frame>> early_;
  hub::Publisher publisher_;
  bool first_told_ = false;
  bool overflowed_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::rtsp
