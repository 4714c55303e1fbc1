// MessageReader: the bytes of a connection, cut anyhow -> requests, responses and interleaved packets.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "protocols/rtsp/wire/message.h"

namespace eyas::rtsp {

// What one message of a stranger may cost. SDP of cameras has 2 KiB at most.
struct MessageLimits {
  size_t head_bytes_max = 16 * 1024;  // first line and headers
  size_t headers_max = 64;
  size_t body_bytes_max = 128 * 1024;
};

// For both ends: a server gets requests, a client responses, either both, since peers may ask at any time.
// Holds at most one message or packet that has not come to its end; packets that lie whole in what is pushed
// are not copied. Lives on its connection's loop.
class MessageReader {
 public:
  // Called inside push(), in the order of the bytes.
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_request(Request request) = 0;
    virtual void on_response(Response response) = 0;
    // `packet` is valid during the call only.
    virtual void on_interleaved(uint8_t channel, base::Bytes packet) = 0;
  };

  explicit MessageReader(Sink& sink, MessageLimits limits = {}) : sink_(sink), limits_(limits) {}

  // Errors: kMalformed, kLimit; the connection is of no use any more, and further bytes give the same error.
  base::Status push(base::Bytes bytes);
  // A message or packet has begun and not come to its end.
  bool inside() const { return !held_.empty(); }

 private:
  // How many of the bytes one element takes; 0: it has not come to its end. Calls the sink when it has.
  base::Result<size_t> take_element(base::Bytes bytes);
  size_t take_interleaved(base::Bytes bytes);
  base::Result<size_t> take_message(base::Bytes bytes);
  base::Result<size_t> fail(base::Error error);

  Sink& sink_;
  MessageLimits limits_;
  std::vector<uint8_t> held_;
  size_t scanned_ = 0;  // of held_: no end of a head in front of this
  size_t wanted_ = 0;   // bytes that the element in held_ needs at least
  base::Error error_;
  bool failed_ = false;
};

}  // namespace eyas::rtsp
