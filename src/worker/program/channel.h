// The worker's end of the socket pair. Writes block: a worker that outruns its server waits.
#pragma once

#include "base/result.h"
#include "worker/protocol.h"

namespace eyas::worker {

// Lives in the worker's only thread.
class Channel {
 public:
  explicit Channel(int fd) : fd_(fd) {}

  base::Result<Job> read_job();
  // Waits for more and gives it to the decoder. Errors: kClosed when the server is gone; the decoder's.
  base::Status read_into(Decoder& decoder);
  // The same without waiting: what is there.
  base::Status read_what_is_there(Decoder& decoder);
  // Errors: kClosed when the server is gone.
  base::Status write(const std::vector<uint8_t>& message);
  template <typename Message>
  base::Status say(const Message& message) {
    return write(encode(message));
  }

 private:
  base::Status read_exactly(uint8_t* into, size_t count);

  int fd_;
};

}  // namespace eyas::worker
