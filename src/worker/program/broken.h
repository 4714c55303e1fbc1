// Broken data: left out, and told of now and then.
#pragma once

#include "worker/program/channel.h"

namespace eyas::worker {

// Lives in the worker's only thread.
class Broken {
 public:
  explicit Broken(Channel& channel) : channel_(channel) {}

  // Bears kMalformed, and tells the server of the first and of each hundredth. Errors: all others; kClosed
  // when the server is gone.
  base::Status bear(const base::Status& status) {
    if (status.ok() || status.error().code != base::Code::kMalformed) return status;
    if (count_++ % kTellEvery != 0) return {};
    return channel_.say(LogMessage{base::LogLevel::kWarning, status.error().message()});
  }

 private:
  static constexpr uint64_t kTellEvery = 100;
  Channel& channel_;
  uint64_t count_ = 0;
};

}  // namespace eyas::worker
