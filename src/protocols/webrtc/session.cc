#include "protocols/webrtc/session.h"

#include <algorithm>
#include <cstring>

#include "base/log.h"
#include "protocols/webrtc/playing.h"
#include "protocols/webrtc/publishing.h"
#include "rtp/packet.h"

namespace eyas::webrtc {
namespace {

IceTimes ice_times(const Options& options) {
  IceTimes times;
  times.consent = options.consent_timeout;
  return times;
}

}  // namespace

Session::Session(SessionPlan plan, SessionHost& host, base::MonoTime now)
    : plan_(std::move(plan)),
      host_(&host),
      ice_({plan_.local.ufrag, plan_.local.pwd}, {plan_.negotiated.remote_ufrag, plan_.negotiated.remote_pwd},
           now, ice_times(host.options())),
      keys_by_(now + host.options().handshake_timeout) {}

Session::~Session() = default;

bool Session::on_check(const stun::Message& request, const PeerPath& from, base::MonoTime now) {
  std::span<uint8_t> out = host_->prepare(from, stun::kMessageBytesMax);
  if (out.empty() || ended_) return false;
  IceLite::Outcome outcome = ice_.on_request(request, from.ice(), now, out);
  host_->commit(from, outcome.response_bytes);
  if (!outcome.valid) return false;
  if (outcome.moved && ice_.path() == from.ice()) {
    if (media_ && path_ && !(*path_ == from)) {
      host_->statistics().moves.fetch_add(1, std::memory_order_relaxed);
      base::log::info("webrtc.moved", {{"session", name()}, {"from", path_->text()}, {"to", from.text()}});
    }
    path_ = from;
  }
  if (!dtls_) begin_dtls(now);
  return true;
}

// Only now, as it is memory: the check has shown that the peer knows the answer.
void Session::begin_dtls(base::MonoTime now) {
  DtlsRole role = plan_.negotiated.dtls_client ? DtlsRole::kClient : DtlsRole::kServer;
  dtls_ = std::make_unique<DtlsSession>(host_->dtls(role), plan_.fingerprint, now);
  if (role == DtlsRole::kServer) return;
  heard_dtls_ = true;
  dtls_->start(now);
  flush_dtls();
}

void Session::on_path_gone(const PeerPath& gone) {
  if (!path_ || !(*path_ == gone)) return;
  path_.reset();
  ice_.lose_path();
}

void Session::on_datagram(std::span<uint8_t> datagram, base::MonoTime now) {
  if (ended_ || !dtls_) return;
  if (is_dtls(datagram)) return on_dtls(datagram, now);
  // [RFC 7983 7] 128 to 191: RTP and RTCP.
  if (!datagram.empty() && datagram[0] >= 128 && datagram[0] <= 191) return on_srtp(datagram, now);
  host_->statistics().bad_packets.fetch_add(1, std::memory_order_relaxed);
}

void Session::on_dtls(base::Bytes datagram, base::MonoTime now) {
  heard_dtls_ = true;
  dtls_->on_datagram(datagram, now);
  flush_dtls();
  if (dtls_->state() == DtlsSession::State::kFailed) return end(dtls_->error());
  if (dtls_->state() == DtlsSession::State::kClosed)
    return end({base::Code::kClosed, "closed by the peer", {}});
  if (dtls_->state() == DtlsSession::State::kConnected && !media_) start_media(now);
}

void Session::flush_dtls() {
  base::Bytes datagram;
  while (dtls_->next_outgoing(datagram)) {
    std::span<uint8_t> room = prepare(datagram.size());
    if (room.size() < datagram.size()) continue;  // lost; DTLS sends it again
    std::memcpy(room.data(), datagram.data(), datagram.size());
    commit(datagram.size());
  }
}

void Session::start_media(base::MonoTime now) {
  const DtlsSession::Keys& keys = dtls_->keys();
  out_.emplace(keys.profile, keys.send);
  in_.emplace(keys.profile, keys.receive);
  base::log::info("webrtc.connected",
                  {{"stream", stream().text()},
                   {"session", name()},
                   {"path", path_ ? path_->text() : std::string()},
                   {"srtp", keys.profile == SrtpProfile::kAeadAes128Gcm ? "gcm" : "cm-sha1-80"}});
  MediaStart start{plan_.name,       *plan_.stream, plan_.peer, plan_.local,
                   plan_.negotiated, plan_.tracks,  *host_,     *this};
  if (role() == Role::kPlay)
    media_ = std::make_unique<Playing>(start, *out_, *this, now);
  else
    media_ = std::make_unique<Publishing>(start, *out_, *this, now);
}

void Session::on_srtp(std::span<uint8_t> datagram, base::MonoTime now) {
  if (!media_) return;  // keys are not agreed yet; the peer will send again
  bool rtcp = rtp::is_rtcp(datagram);
  base::Result<size_t> bytes = rtcp ? in_->unprotect_rtcp(datagram) : in_->unprotect(datagram);
  if (!bytes) {
    host_->statistics().bad_packets.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (rtcp)
    media_->on_rtcp(datagram.first(*bytes), now);
  else
    media_->on_rtp(datagram.first(*bytes), now);
}

void Session::on_tick(base::MonoTime now) {
  if (ended_) return;
  if (ice_.expired(now)) return end({base::Code::kTimeout, "no connectivity check of the peer", {}});
  if (!media_ && now >= keys_by_) return end({base::Code::kTimeout, "no keys in time", {}});
  if (dtls_) {
    dtls_->on_tick(now);
    flush_dtls();
    if (dtls_->state() == DtlsSession::State::kFailed) return end(dtls_->error());
  }
  if (media_) media_->on_tick(now);
}

base::MonoTime Session::next_tick() const {
  base::MonoTime next = ice_.consent_ends();
  if (!media_) next = std::min(next, keys_by_);
  if (dtls_) next = std::min(next, dtls_->next_timeout().value_or(next));
  return media_ ? std::min(next, media_->next_tick()) : next;
}

std::string Session::restart(const IceFragment& fragment, IceCredentials fresh) {
  plan_.local.ufrag = fresh.ufrag;
  plan_.local.pwd = fresh.password;
  ice_.restart(std::move(fresh), {fragment.ufrag, fragment.pwd});
  host_->learn_ufrag(*this);
  host_->statistics().restarts.fetch_add(1, std::memory_order_relaxed);
  base::log::info("webrtc.restart", {{"session", name()}});
  return ice_restart_answer(plan_.local, plan_.negotiated.media);
}

base::Status Session::select_layer(std::optional<uint8_t> layer) {
  if (!media_) return base::Error{base::Code::kRefused, "the session has not begun", {}};
  return media_->select_layer(layer);
}

void Session::end(const base::Error& why) {
  if (ended_) return;
  ended_ = true;
  base::MonoTime now = host_->executor().clock().mono();
  if (media_) media_->say_goodbye(now);
  if (dtls_) {
    dtls_->close();
    flush_dtls();
  }
  count_end(why);
  base::log::info("webrtc.closed", {{"stream", stream().text()},
                                    {"session", name()},
                                    {"role", role_name(role())},
                                    {"peer", plan_.peer},
                                    {"reason", why.message()}});
  host_->remove(*this);
}

void Session::count_end(const base::Error& why) {
  Statistics& s = host_->statistics();
  std::atomic<uint64_t>& counter = why.code == base::Code::kClosed    ? s.closed_by_peer
                                   : !media_                          ? s.closed_handshake
                                   : why.code == base::Code::kTimeout ? s.closed_consent
                                                                      : s.closed_other;
  counter.fetch_add(1, std::memory_order_relaxed);
}

std::span<uint8_t> Session::prepare(size_t max) {
  if (!path_) return {};
  return host_->prepare(*path_, max);
}

void Session::commit(size_t bytes) {
  host_->commit(*path_, bytes);
}

}  // namespace eyas::webrtc
