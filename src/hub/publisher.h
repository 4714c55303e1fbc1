// Publisher: the handle that feeds a stream from whatever loop its session lives on.
#pragma once

#include <memory>
#include <vector>

#include "base/task.h"
#include "hub/facts.h"
#include "hub/stream.h"
#include "io/executor.h"

namespace eyas::hub {

// Move-only; leaves the stream on destruction. Lives on the loop that asked for it.
class Publisher {
 public:
  Publisher() = default;
  Publisher(std::shared_ptr<Stream> stream, io::Executor& home, io::Executor& here, PublisherId id,
            std::shared_ptr<base::UniqueFunction<void(base::Error)>> revoked);
  Publisher(Publisher&&) noexcept = default;
  Publisher& operator=(Publisher&&) noexcept = default;
  ~Publisher();

  explicit operator bool() const { return link_ != nullptr; }

  // Called once, on this loop, when the session must end: replaced, or asked to connect anew.
  void on_revoked(base::UniqueFunction<void(base::Error)> callback);
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
