// Audience: those who ask one loop for one stream of packaged media, and which of their requests wait.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "http/exchange.h"
#include "http/request.h"
#include "http/viewers.h"
#include "io/executor.h"

namespace eyas::protocols {

// Lives on its loop.
class Audience {
 public:
  struct Waiting {
    http::RequestPtr request;
    http::Exchange exchange;
    std::string file;  // empty for the stream's index
    base::MonoTime since;
  };

  Audience(io::Executor& loop, base::Duration viewer_window, size_t viewers_max);

  // Every request passes here; one that `tells_of_viewer` counts its sender. False when there are too many to
  // tell apart.
  bool came(const http::Request& request, bool tells_of_viewer);
  void wait(Waiting waiting) { waiting_.push_back(std::move(waiting)); }
  // Offers each request that waits to `answer(waiting, for how long it has waited)`; false: it waits on.
  template <class Answer>
  void retry(Answer&& answer);
  // All who wait get 404.
  void dismiss(std::string_view why);

  base::MonoTime last_request() const { return last_request_; }
  base::Duration idle() const { return loop_.clock().mono() - last_request_; }
  size_t waiting() const { return waiting_.size(); }
  size_t viewers() { return viewers_.count(loop_.clock().mono()); }

 private:
  io::Executor& loop_;
  http::Viewers viewers_;
  base::MonoTime last_request_;
  std::vector<Waiting> waiting_;
};

// An answer may let the next request of its connection in, which may wait too: hence the list of its own.
template <class Answer>
void Audience::retry(Answer&& answer) {
  const base::MonoTime now = loop_.clock().mono();
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (waiting.exchange.gone()) continue;
    if (!answer(waiting, now - waiting.since)) wait(std::move(waiting));
  }
}

}  // namespace eyas::protocols
