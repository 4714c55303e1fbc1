// Viewers: counts who watches what has no sessions: HLS, DASH.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace eyas::http {

// A viewer is an address, a user agent and, when the page adds one, a `sid` argument; he counts until
// `window` has passed since his last playlist request. Lives on its loop.
class Viewers {
 public:
  Viewers(base::Duration window, size_t viewers_max) : window_(window), viewers_max_(viewers_max) {}

  // `peer` is "address:port"; the port changes from request to request. False when there are too many to tell
  // apart.
  bool seen(std::string_view peer, std::string_view user_agent, std::string_view sid, base::MonoTime now);
  // Forgets who has left, then counts.
  size_t count(base::MonoTime now);

 private:
  base::Duration window_;
  size_t viewers_max_;
  std::unordered_map<uint64_t, base::MonoTime> last_seen_;
};

}  // namespace eyas::http
