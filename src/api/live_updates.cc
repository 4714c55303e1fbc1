#include "api/live_updates.h"

#include "api/json.h"

namespace eyas::api {

void LiveUpdates::add(http::WebSocket socket) {
  if (sockets_.size() >= kSocketsMax)
    return socket.close(http::CloseCode::kPolicy, "too many viewers of the list");
  auto place = sockets_.insert(sockets_.end(), std::move(socket));
  place->on_closed([this, place] {
    sockets_.erase(place);
    if (sockets_.empty()) subscription_.reset();
  });
  if (!subscription_) {
    subscription_ = directory_.on_change(loop_, [this](const std::string&) {
      if (!change_.armed()) change_ = loop_.after(kGather, [this] { send_to_all(); });
    });
  }
  send_to_all();
}

void LiveUpdates::schedule(base::Duration delay) {
  tick_ = loop_.after(delay, [this] { send_to_all(); });
}

void LiveUpdates::send_to_all() {
  if (sockets_.empty()) return;
  schedule(kInterval);
  list(directory_, transfers_, loop_, [this, alive = std::weak_ptr(alive_)](const Listing& listing) {
    if (alive.expired()) return;
    auto message = base::Slice::copy_of(streams_message(listing, *info_, loop_.clock().wall()));
    for (http::WebSocket& socket : sockets_) {
      // One that does not keep up misses lists, not the newest one.
      if (socket.pending() == 0) socket.send(http::WebSocket::Kind::kText, std::span(&message, 1));
    }
  });
}

}  // namespace eyas::api
