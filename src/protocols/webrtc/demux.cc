// What a datagram is and whose: STUN by its user fragment, everything else by the address it comes from
// [RFC 7983].
#include <algorithm>

#include "protocols/webrtc/identifiers.h"
#include "protocols/webrtc/server.h"

namespace eyas::webrtc {

void Server::on_datagram(const io::Endpoint& from, std::span<uint8_t> bytes, base::MonoTime now) {
  dispatch({from, 0, socket_->arrived_at()}, bytes, now);
}

void Server::on_packet(const PeerPath& from, std::span<uint8_t> packet) {
  dispatch(from, packet, loop_.clock().mono());
}

void Server::dispatch(const PeerPath& from, std::span<uint8_t> bytes, base::MonoTime now) {
  if (stun::is_stun(bytes)) return on_stun(from, bytes, now);
  Route* route = route_of(from);
  if (route == nullptr) {
    // Of whom we know nothing: an answer would make us a reflector, a session would make us forgetful.
    statistics().stray_datagrams.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (route->session == nullptr) return forward(*route, bytes);
  Session& session = *route->session;
  session.on_datagram(bytes, now);
  if (!session.ended()) reschedule(session);
}

void Server::on_stun(const PeerPath& from, std::span<uint8_t> bytes, base::MonoTime now) {
  base::Result<stun::Message> message = stun::parse(bytes);
  if (!message) {
    statistics().stray_stun.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  // Indications keep NATs open; responses are to requests that we never make.
  if (!message->is_binding_request()) return;
  if (!message->username) return on_public_binding(*message, from, now);
  if (Session* session = find_by_ufrag(message->local_ufrag()))
    return check(*session, *message, from, index_, now);
  send_stray_check_on(message->local_ufrag(), from, index_, bytes);
}

void Server::on_public_binding(const stun::Message& request, const PeerPath& from, base::MonoTime now) {
  std::span<uint8_t> out = prepare(from, stun::kMessageBytesMax);
  if (out.empty()) return;
  size_t bytes = public_binding_.answer(request, from.ice().remote, now, out);
  if (bytes > 0) statistics().public_bindings.fetch_add(1, std::memory_order_relaxed);
  commit(from, bytes);
}

void Server::check(Session& session, const stun::Message& request, const PeerPath& from, size_t arrived,
                   base::MonoTime now) {
  if (!session.on_check(request, from, now)) return;
  know_path(session, from, arrived);
  reschedule(session);
}

// A check whose session does not live here: towards the loop that made the session, or on from there. Anybody
// can send such checks, so that only so many may be under way.
void Server::send_stray_check_on(std::string_view ufrag, const PeerPath& from, size_t arrived,
                                 base::Bytes bytes) {
  size_t to = loop_of(ufrag).value_or(index_);
  if (to == index_) {
    auto moved = moved_.find(std::string(ufrag));
    to = moved == moved_.end() ? index_ : moved->second;
  }
  bool elsewhere = to != index_ && to < shared_.servers.size();
  if (!elsewhere ||
      shared_.servers[to]->strays_in_flight_.load(std::memory_order_relaxed) >= kStraysInFlightMax) {
    statistics().stray_stun.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  shared_.servers[to]->strays_in_flight_.fetch_add(1, std::memory_order_relaxed);
  shared_.post(to, [from, arrived, copy = std::vector<uint8_t>(bytes.begin(), bytes.end())](Server& there) {
    there.strays_in_flight_.fetch_sub(1, std::memory_order_relaxed);
    there.on_forwarded_check(from, arrived, copy);
  });
}

void Server::on_forwarded_check(const PeerPath& from, size_t arrived, base::Bytes bytes) {
  base::Result<stun::Message> message = stun::parse(bytes);
  if (!message) return;
  Session* session = find_by_ufrag(message->local_ufrag());
  if (session == nullptr) {
    // Only the loop that made it knows more.
    if (loop_of(message->local_ufrag()) == index_)
      return send_stray_check_on(message->local_ufrag(), from, arrived, bytes);
    statistics().stray_stun.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  bool ours = stun::has_integrity(*message, session->ice().local().password);
  if (ours && session->movable() && arrived != index_) return move(*session, arrived, from, bytes);
  check(*session, *message, from, arrived, loop_.clock().mono());
}

void Server::forward(const Route& route, base::Bytes bytes) {
  shared_.post(route.loop, [id = route.id, copy = std::vector<uint8_t>(bytes.begin(), bytes.end())](
                               Server& there) mutable { there.on_forwarded(id, copy); });
}

void Server::on_forwarded(const std::string& id, std::span<uint8_t> bytes) {
  auto found = residents_.find(id);
  if (found == residents_.end()) return;
  Session& session = *found->second.session;
  session.on_datagram(bytes, loop_.clock().mono());
  if (!session.ended()) reschedule(session);
}

}  // namespace eyas::webrtc
