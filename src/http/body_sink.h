// BodySink: where a request's body goes bit by bit, for routes whose bodies are too large to be held.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "base/bytes.h"
#include "base/task.h"
#include "http/response.h"

namespace eyas::io {
class Executor;
}

namespace eyas::http {

// Made when the request's head is whole. It stands in Request::sink when the handler gets the whole request;
// one that dies before has an incomplete body. Lives on its connection's loop.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // Valid during the call only. An answer ends the request: nothing more is read of it.
  virtual std::optional<Response> take(base::Bytes bytes) = 0;
  // It has more than it can work off; nothing is read from the peer until the callback of on_ready() came,
  // from the loop and not inside a call of ours.
  virtual bool busy() const = 0;
  virtual void on_ready(base::Task callback) = 0;
};

// The sink, or the answer to who may not send.
using OpenedSink = std::variant<std::unique_ptr<BodySink>, Response>;
using OpenSink = std::function<OpenedSink(const struct Request& head, io::Executor& executor)>;

}  // namespace eyas::http
