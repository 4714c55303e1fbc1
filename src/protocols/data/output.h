// Output: where a viewer's lines go: the body of an HTTP response, or WebSocket messages.
#pragma once

#include <memory>

#include "base/slice.h"
#include "base/task.h"
#include "http/exchange.h"

namespace eyas::data {

// Lives on its connection's loop. Callbacks come from the loop, never inside a call.
class Output {
 public:
  virtual ~Output() = default;
  virtual void send(const base::Slice& line) = 0;
  virtual size_t pending() const = 0;
  virtual void on_drained(base::Task callback) = 0;
  virtual void on_closed(base::Task callback) = 0;
  // The stream is over: what is pending is still sent.
  virtual void finish() = 0;
};

std::unique_ptr<Output> make_output(http::BodyStream body);
// Each line is a text message of its own, without its line feed.
std::unique_ptr<Output> make_output(http::WebSocket socket);

}  // namespace eyas::data
