#include "protocols/webrtc/client/farewell.h"

namespace eyas::webrtc {

void Farewells::say(io::Dialer& dialer, const http::ClientOptions& options, http::ClientRequest request) {
  if (all_.size() >= kUnderWayMax) return;
  auto one = all_.insert(all_.end(), {std::make_unique<http::Client>(loop_, dialer, options), {}});
  one->under_way = one->client->fetch(std::move(request), [this, one, alive = std::weak_ptr(alive_)](
                                                              const base::Result<http::ClientResponse>&) {
    // Not here: this is its client's own call.
    loop_.defer([this, one, alive] {
      if (!alive.expired()) all_.erase(one);
    });
  });
}

}  // namespace eyas::webrtc
