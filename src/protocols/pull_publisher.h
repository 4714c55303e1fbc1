// PullPublisher: what a pull fetches, on its way into the hub.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "hub/directory.h"
#include "protocols/early_media.h"
#include "protocols/transfer.h"

namespace eyas::protocols {

// Asks the hub with the first track, for a pull that does not get through is no publisher. What comes before
// the hub has answered is kept, bounded. Lives on its transfer's loop, and dies with it.
class PullPublisher {
 public:
  static constexpr size_t kEarlyBytesMax = 8 * 1024 * 1024;

  // `on_over`: once, from the loop, never inside a call: refused, revoked, or too much came too early.
  // `on_running`: when media flows.
  PullPublisher(hub::Directory& directory, io::Executor& here, hub::StreamName stream,
                hub::PublisherInfo info, base::UniqueFunction<void()> on_running,
                base::UniqueFunction<void(base::Error)> on_over);

  void set_peer(const std::string& peer) { info_.peer = peer; }  // before the first track
  void set_track(media::TrackPtr track);
  void publish(media::Frame frame);
  void report(hub::Counters counters);
  // For a pull that can ask its sender for key frames; before the first track.
  void on_key_wanted(std::function<void(media::TrackId)> callback) { on_key_wanted_ = std::move(callback); }

 private:
  void ask();
  void answered(base::Result<hub::Publisher> publisher);
  void end_later(base::Error why);
  void on_frame_published();

  hub::Directory& directory_;
  io::Executor& here_;
  hub::StreamName stream_;
  hub::PublisherInfo info_;
  base::UniqueFunction<void()> on_running_;
  base::UniqueFunction<void(base::Error)> on_over_;
  std::function<void(media::TrackId)> on_key_wanted_;
  bool asked_ = false;
  EarlyMedia early_{kEarlyBytesMax};
  std::optional<hub::Publisher> publisher_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::protocols
