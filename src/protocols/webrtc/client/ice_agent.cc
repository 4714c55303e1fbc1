#include "protocols/webrtc/client/ice_agent.h"

#include <algorithm>
#include <cstring>

#include "protocols/webrtc/identifiers.h"
#include "protocols/webrtc/peer_path.h"

namespace eyas::webrtc {
namespace {

// Of a candidate that the peer learns from our checks [RFC 8445 5.1.2.1]: type preference 110.
constexpr uint32_t kPriority = 110u << 24 | 65535u << 8 | 255u;

stun::TransactionId new_transaction() {
  stun::TransactionId id;
  const uint64_t first = random_u64();
  const uint32_t rest = random_u32();
  std::memcpy(id.data(), &first, sizeof first);
  std::memcpy(id.data() + sizeof first, &rest, sizeof rest);
  return id;
}

}  // namespace

IceAgent::IceAgent(IceCredentials local, IceCredentials remote, uint64_t tie_breaker, Times times)
    : times_(times), local_(std::move(local)), remote_(std::move(remote)), tie_breaker_(tie_breaker) {}

IceAgent::Pair* IceAgent::find(const io::Endpoint& to) {
  auto found = std::ranges::find(pairs_, to, &Pair::to);
  return found == pairs_.end() ? nullptr : &*found;
}

bool IceAgent::is_peer(const io::Endpoint& from) const {
  return std::ranges::any_of(pairs_, [&](const Pair& pair) { return pair.to == from; });
}

void IceAgent::add(const io::Endpoint& candidate, base::MonoTime now) {
  if (pairs_.size() >= kPairsMax || find(candidate) != nullptr) return;
  Pair& pair = pairs_.emplace_back();
  pair.to = candidate;
  begin_check(pair, now + times_.pace * static_cast<int64_t>(pairs_.size() - 1));
}

void IceAgent::begin_check(Pair& pair, base::MonoTime now) {
  pair.transaction = new_transaction();
  pair.sent = 0;
  pair.due = now;
}

void IceAgent::send(Pair& pair, base::MonoTime now, Sink& sink) {
  std::array<uint8_t, stun::kMessageBytesMax> bytes;
  stun::Writer out(bytes, stun::kBinding, stun::Class::kRequest, pair.transaction);
  out.username(remote_.ufrag + ":" + local_.ufrag);
  out.priority(kPriority);
  out.ice_controlling(tie_breaker_);
  if (pair.nominating) out.use_candidate();
  out.integrity(remote_.password);
  out.fingerprint();
  pair.due = now + times_.retry * (int64_t{1} << std::min(pair.sent, 5u));
  ++pair.sent;
  sink.send_check(pair.to, base::Bytes(bytes).first(out.finish()));
}

void IceAgent::on_tick(base::MonoTime now, Sink& sink) {
  for (Pair& pair : pairs_) {
    if (pair.due > now) continue;
    if (path_) {
      // Only the path is checked on, for consent: each time with a transaction of its own [RFC 7675 5.1].
      if (pair.to != *path_) {
        pair.due = base::MonoTime::max();
        continue;
      }
      pair.transaction = new_transaction();
      send(pair, now, sink);
      pair.due = now + times_.consent_every;
    } else if (pair.sent < times_.attempts) {
      send(pair, now, sink);
    } else {
      pair.due = base::MonoTime::max();
      // What was chosen does not answer any more: others that do may be.
      if (std::exchange(pair.nominating, false)) nominating_ = false;
    }
  }
}

base::MonoTime IceAgent::next_tick() const {
  base::MonoTime next = path_ ? heard_ + times_.consent : base::MonoTime::max();
  for (const Pair& pair : pairs_) next = std::min(next, pair.due);
  return next;
}

bool IceAgent::failed(base::MonoTime now) const {
  if (path_) return now - heard_ >= times_.consent;
  return std::ranges::all_of(pairs_, [](const Pair& pair) { return pair.due == base::MonoTime::max(); });
}

void IceAgent::on_message(const stun::Message& message, const io::Endpoint& from, base::MonoTime now,
                          Sink& sink) {
  if (message.is_binding_request()) return on_request(message, from, now, sink);
  if (message.method == stun::kBinding && message.type == stun::Class::kSuccess)
    on_success(message, from, now, sink);
}

// A peer that is a full agent checks us as well; a lite one never does.
void IceAgent::on_request(const stun::Message& request, const io::Endpoint& from, base::MonoTime now,
                          Sink& sink) {
  if (!request.username || request.local_ufrag() != local_.ufrag) return;
  if (!stun::has_integrity(request, local_.password)) return;
  std::array<uint8_t, stun::kMessageBytesMax> bytes;
  bool conflict = request.ice_controlling.has_value();  // [RFC 8445 7.3.1.1] the offer's side controls
  stun::Writer out(bytes, stun::kBinding, conflict ? stun::Class::kError : stun::Class::kSuccess,
                   request.transaction);
  if (conflict)
    out.error_code(487, "Role Conflict");
  else
    out.xor_mapped_address(PeerPath{from, 0, {}}.ice().remote);
  out.integrity(local_.password);
  out.fingerprint();
  sink.send_check(from, base::Bytes(bytes).first(out.finish()));
  if (conflict || path_) return;
  // A triggered check [RFC 8445 7.3.1.4], also of an address that the answer did not name.
  if (Pair* known = find(from); known == nullptr)
    add(from, now);
  else if (known->due == base::MonoTime::max())
    begin_check(*known, now);
}

void IceAgent::on_success(const stun::Message& answer, const io::Endpoint& from, base::MonoTime now,
                          Sink& sink) {
  Pair* pair = find(from);
  // [RFC 8445 7.2.5.2.1] An answer from elsewhere than was asked is no valid pair.
  if (pair == nullptr || pair->sent == 0 || answer.transaction != pair->transaction) return;
  if (!stun::has_integrity(answer, remote_.password)) return;
  if (path_) {
    heard_ = now;
    return;
  }
  if (pair->nominating) {
    path_ = pair->to;
    heard_ = now;
    pair->due = now + times_.consent_every;
    return;
  }
  pair->due = base::MonoTime::max();
  if (nominating_) return;
  nominating_ = pair->nominating = true;
  begin_check(*pair, now);
  send(*pair, now, sink);
}

}  // namespace eyas::webrtc
