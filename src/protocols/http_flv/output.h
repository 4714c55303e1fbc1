// Output: where a viewer's bytes go: the body of an HTTP response, or WebSocket messages.
#pragma once

#include <memory>
#include <span>

#include "base/slice.h"
#include "base/task.h"
#include "container/flv/packager.h"
#include "http/exchange.h"

namespace eyas::http_flv {

// Lives on its connection's loop. Callbacks come from the loop, never inside a call.
class Output {
 public:
  virtual ~Output() = default;
  // Adds the head as one piece, or one unit as one piece, to what flush() sends.
  virtual void add(std::span<const base::Slice> piece) = 0;
  // Sends what was added; returns pending().
  virtual size_t flush() = 0;
  virtual size_t pending() const = 0;
  virtual void on_drained(base::Task callback) = 0;
  virtual void on_closed(base::Task callback) = 0;
  // The stream is over: what is pending is still sent.
  virtual void finish() = 0;
};

// Pieces behind one another, all in one send.
std::unique_ptr<Output> make_output(http::BodyStream body);
// Each piece is a binary message of its own.
std::unique_ptr<Output> make_output(http::WebSocket socket);

// The head's units as FLV tags with the time of the unit that follows, so that a player's clock does not
// start at zero or jump back when a reader was lapped. `with_file_header`: for a viewer that has had nothing
// yet.
base::Slice head_bytes(const flv::Head& head, uint32_t timestamp_ms, bool with_file_header);

}  // namespace eyas::http_flv
