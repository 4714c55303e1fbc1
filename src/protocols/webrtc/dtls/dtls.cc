#include "protocols/webrtc/dtls/dtls.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

#include "protocols/webrtc/dtls/datagram_bio.h"

namespace eyas::webrtc {
namespace {

using base::Code;
using base::Error;

constexpr std::string_view kExporterLabel = "EXTRACTOR-dtls_srtp";  // [RFC 5764 4.2]

// OpenSSL reads the machine's clock for its own timer, which must never fire: the session repeats flights
// itself, by the time that it is given.
unsigned an_hour_in_microseconds(SSL*, unsigned) {
  return 3'600'000'000u;
}

std::string openssl_reason() {
  unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "";
}

}  // namespace

void DtlsSession::FreeSsl::operator()(SSL* ssl) const {
  SSL_free(ssl);
}

DtlsSession::DtlsSession(std::shared_ptr<const DtlsContext> context, const Sha256& peer, base::MonoTime now)
    : context_(std::move(context)),
      peer_(peer),
      port_(std::make_unique<DatagramPort>()),
      give_up_at_(now + kDtlsHandshakeTime) {}

DtlsSession::~DtlsSession() = default;

bool DtlsSession::open() {
  ssl_.reset(SSL_new(context_->native()));
  BIO* bio = ssl_ ? port_->make_bio() : nullptr;
  if (bio == nullptr) {
    fail({Code::kSystem, "dtls: memory", {}});
    return false;
  }
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), &peer_);
  SSL_set_mtu(ssl_.get(), static_cast<long>(kDtlsDatagramBytesMax));
  DTLS_set_timer_cb(ssl_.get(), an_hour_in_microseconds);
  if (context_->role() == DtlsRole::kServer) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
  return true;
}

void DtlsSession::start(base::MonoTime now) {
  if (context_->role() == DtlsRole::kClient && !ssl_ && state_ == State::kHandshaking && open()) advance(now);
}

void DtlsSession::on_datagram(base::Bytes datagram, base::MonoTime now) {
  if (state_ == State::kClosed || state_ == State::kFailed || !is_dtls(datagram)) return;
  if (state_ == State::kHandshaking && ++handshake_datagrams_ > kDtlsHandshakeDatagramsMax)
    return fail({Code::kLimit, "dtls: handshake datagrams", {}});
  if (state_ == State::kConnected && (repeats_handshake(datagram) || read_alert(datagram))) return;
  if (!ssl_ && !open()) return;
  port_->offer(datagram);
  advance(now);
  port_->withdraw();
}

// The peer's handshake records after ours is complete: it did not get our last flight [RFC 6347 4.2.4].
// OpenSSL would see only those with new record numbers, and a peer may well repeat its datagrams as they
// were.
bool DtlsSession::repeats_handshake(base::Bytes datagram) {
  constexpr uint8_t kChangeCipherSpec = 20, kHandshake = 22;
  if (datagram[0] != kChangeCipherSpec && datagram[0] != kHandshake) return false;
  if (last_flight_repeats_ < kDtlsLastFlightRepeatsMax) {
    ++last_flight_repeats_;
    port_->repeat_flight();
  }
  return true;
}

void DtlsSession::advance(base::MonoTime now) {
  if (state_ == State::kHandshaking) port_->begin_flight();
  const uint64_t written = port_->written();
  ERR_clear_error();
  if (state_ == State::kHandshaking) {
    int done = SSL_do_handshake(ssl_.get());
    if (done == 1) {
      finish_handshake();
    } else if (SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ) {
      fail({Code::kRefused, "dtls: handshake", openssl_reason()});
    }
  }
  if (state_ == State::kConnected) {
    read_records();
    if (state_ == State::kConnected && ssl_) release();
  }
  if (state_ != State::kHandshaking) {
    retransmit_at_.reset();
  } else if (port_->written() != written) {
    retransmit_after_ = kDtlsRetransmitFirst;
    retransmit_at_ = now + retransmit_after_;
  }
}

void DtlsSession::finish_handshake() {
  SSL* ssl = ssl_.get();
  const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl);
  if (chosen == nullptr) return fail({Code::kUnsupported, "dtls: the peer has no SRTP profile of ours", {}});
  const auto profile = static_cast<SrtpProfile>(chosen->id);
  const size_t salt = srtp_salt_bytes(profile);
  std::array<uint8_t, 2 * (kSrtpKeyBytes + 14)> material{};
  if (SSL_export_keying_material(ssl, material.data(), 2 * (kSrtpKeyBytes + salt), kExporterLabel.data(),
                                 kExporterLabel.size(), nullptr, 0, 0) != 1)
    return fail({Code::kSystem, "dtls: keying material", {}});
  // Client's key, server's key, client's salt, server's salt [RFC 5764 4.2].
  SrtpKey client, server;
  auto take = [from = material.begin()](auto& to, size_t count) mutable {
    std::copy_n(from, count, to.begin());
    from += static_cast<ptrdiff_t>(count);
  };
  take(client.key, kSrtpKeyBytes);
  take(server.key, kSrtpKeyBytes);
  take(client.salt, salt);
  take(server.salt, salt);
  const bool serving = context_->role() == DtlsRole::kServer;
  keys_ = {profile, serving ? server : client, serving ? client : server};
  OPENSSL_cleanse(material.data(), material.size());
  state_ = State::kConnected;
}

void DtlsSession::read_records() {
  // Application data would be a data channel's, which we do not offer: it is read and dropped.
  std::array<uint8_t, 2'048> dropped;
  int size;
  while ((size = SSL_read(ssl_.get(), dropped.data(), dropped.size())) > 0) {
  }
  switch (SSL_get_error(ssl_.get(), size)) {
    case SSL_ERROR_WANT_READ:
      // 17 KiB of record buffers, which come back when there is something to read.
      SSL_free_buffers(ssl_.get());
      return;
    case SSL_ERROR_ZERO_RETURN:
      return close();
    default:
      return fail({Code::kClosed, "dtls: the peer ended the association", openssl_reason()});
  }
}

// OpenSSL's object has done its work: of its 41 KiB remain the key to read the peer's alerts, and
// close_notify made in advance.
void DtlsSession::release() {
  alerts_ = AlertReader::of(ssl_.get());
  DatagramPort aside;
  BIO* bio = alerts_ ? aside.make_bio() : nullptr;
  if (bio == nullptr) return alerts_.reset();
  SSL_set_bio(ssl_.get(), bio, bio);
  base::Bytes made;
  if (SSL_alloc_buffers(ssl_.get())) SSL_shutdown(ssl_.get());
  if (aside.next(made)) close_notify_.assign(made.begin(), made.end());
  ssl_.reset();
}

// All that a peer can still say to a session without OpenSSL is that it ends. False: OpenSSL is there to be
// told.
bool DtlsSession::read_alert(base::Bytes datagram) {
  if (!alerts_) return false;
  auto alert = alerts_->read(datagram);
  if (!alert) return true;
  close();
  if (alert->fatal) {
    state_ = State::kFailed;
    error_ = {Code::kClosed, "dtls: the peer ended the association", std::to_string(alert->description)};
  }
  return true;
}

void DtlsSession::on_tick(base::MonoTime now) {
  if (state_ != State::kHandshaking) return;
  if (now >= give_up_at_) return fail({Code::kTimeout, "dtls: handshake", {}});
  if (!retransmit_at_ || now < *retransmit_at_) return;
  port_->repeat_flight();
  retransmit_after_ = std::min<base::Duration>(2 * retransmit_after_, kDtlsRetransmitMost);
  retransmit_at_ = now + retransmit_after_;
}

std::optional<base::MonoTime> DtlsSession::next_timeout() const {
  if (state_ != State::kHandshaking) return std::nullopt;
  return retransmit_at_ ? std::min(*retransmit_at_, give_up_at_) : give_up_at_;
}

bool DtlsSession::next_outgoing(base::Bytes& datagram) {
  return port_->next(datagram);
}

void DtlsSession::close() {
  if (state_ == State::kClosed || state_ == State::kFailed) return;
  port_->begin_flight();
  if (alerts_) {
    port_->write(close_notify_);
  } else if (state_ == State::kConnected && SSL_alloc_buffers(ssl_.get())) {
    // The buffers were given back while there was nothing to say.
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  state_ = State::kClosed;
  retransmit_at_.reset();
  ssl_.reset();
}

void DtlsSession::fail(base::Error error) {
  // OpenSSL has written its alert, if it had one to send.
  state_ = State::kFailed;
  error_ = std::move(error);
  retransmit_at_.reset();
  ssl_.reset();
}

}  // namespace eyas::webrtc
