// Publisher: the handle that feeds a stream from whatever loop its session lives on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/task.h"
#include "hub/facts.h"
#include "hub/stream.h"
#include "io/executor.h"

namespace eyas::hub {

// What a stream tells its publisher: that it must go, that a keyframe is wanted. Lives on the publisher's
// loop.
class Backchannel {
 public:
  using Callback = base::UniqueFunction<void(base::Error)>;

  void revoke(base::Error why) {
    if (auto callback = std::move(callback_))
      callback(std::move(why));
    else
      early_ = std::move(why);
  }
  // Gives the revocation that came before the callback, to be told by the caller.
  std::optional<base::Error> on_revoked(Callback callback) {
    callback_ = std::move(callback);
    return std::exchange(early_, std::nullopt);
  }
  void on_key_wanted(std::function<void(media::TrackId)> callback) { key_wanted_ = std::move(callback); }
  void want_key(media::TrackId track) {
    if (key_wanted_) key_wanted_(track);
  }
  void forget() { callback_ = {}, key_wanted_ = {}; }

 private:
  Callback callback_;
  std::function<void(media::TrackId)> key_wanted_;
  std::optional<base::Error> early_;
};

// Move-only; leaves the stream on destruction. Lives on the loop that asked for it.
class Publisher {
 public:
  Publisher() = default;
  Publisher(std::shared_ptr<Stream> stream, io::Executor& home, io::Executor& here, PublisherId id,
            std::shared_ptr<Backchannel> backchannel);
  Publisher(Publisher&&) noexcept = default;
  Publisher& operator=(Publisher&&) noexcept = default;
  ~Publisher();

  explicit operator bool() const { return link_ != nullptr; }

  // Called once, on this loop, when the session must end: replaced, or asked to connect anew.
  void on_revoked(base::UniqueFunction<void(base::Error)> callback);
  // Called on this loop when a reader needs a keyframe of a track. A publisher that cannot ask its sender
  // leaves it.
  void on_key_wanted(std::function<void(media::TrackId)> callback);
  // A new track, or a new configuration of one with the same id.
  void set_track(media::TrackPtr track);
  // A frame on the sender's own timeline; the stream mends it. What one turn publishes crosses to the stream
  // at once.
  void publish(media::Frame frame);
  // Counters of the session, shown with the stream.
  void report(Counters quirks);
  void detach() { link_.reset(); }

 private:
  struct Link;
  std::shared_ptr<Link> link_;
};

}  // namespace eyas::hub
