// DTLS 1.2 [RFC 6347] with use_srtp [RFC 5764] over OpenSSL, without I/O: datagrams in, datagrams out, time
// given.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "protocols/webrtc/dtls/alert_reader.h"
#include "protocols/webrtc/dtls/certificate.h"
#include "protocols/webrtc/srtp/srtp.h"

struct ssl_ctx_st;
struct ssl_st;

namespace eyas::webrtc {

// No datagram of ours is longer: it passes every path that IPv6 allows (1,280) with room for tunnels.
constexpr size_t kDtlsDatagramBytesMax = 1'200;
// A handshake takes four datagrams of the peer; with losses a few dozen. More than this ends it.
constexpr size_t kDtlsHandshakeDatagramsMax = 200;
// How often a connected side repeats its last flight for a peer that asks: bounded, as anybody can send such
// a record.
constexpr size_t kDtlsLastFlightRepeatsMax = 10;
constexpr base::Duration kDtlsHandshakeTime = std::chrono::seconds(15);
// The first retransmission, doubled each time. Shorter than [RFC 6347 4.2.4.1]'s second, as people wait for
// the picture.
constexpr base::Duration kDtlsRetransmitFirst = std::chrono::milliseconds(200);
constexpr base::Duration kDtlsRetransmitMost = std::chrono::seconds(3);

enum class DtlsRole : uint8_t { kServer, kClient };

// True when a datagram on a port shared with STUN and RTP is DTLS [RFC 7983 7].
inline bool is_dtls(base::Bytes datagram) {
  return datagram.size() >= 13 && datagram[0] >= 20 && datagram[0] <= 63;
}

// Certificate, ciphers and SRTP profiles that all sessions of a role share. Thread-safe once made.
class DtlsContext {
 public:
  // The profiles in the order of our preference; the server's order decides. Errors: kSystem.
  static base::Result<std::shared_ptr<const DtlsContext>> make(DtlsRole role,
                                                               const DtlsCertificate& certificate,
                                                               const std::vector<SrtpProfile>& profiles = {
                                                                   SrtpProfile::kAeadAes128Gcm,
                                                                   SrtpProfile::kAes128CmSha1_80});

  DtlsRole role() const { return role_; }
  const DtlsCertificate& certificate() const { return certificate_; }
  ssl_ctx_st* native() const { return native_.get(); }

 private:
  DtlsContext(DtlsRole role, DtlsCertificate certificate)
      : role_(role), certificate_(std::move(certificate)) {}

  DtlsRole role_;
  DtlsCertificate certificate_;
  std::shared_ptr<ssl_ctx_st> native_;
};

class DatagramPort;

// One session's association. Make it only after an ICE check of the peer succeeded: it is memory. Lives on
// its session's loop.
//
//   on_datagram / on_tick / start / close, then always: while (next_outgoing(bytes)) send(bytes);
//   then look at state(), and arm a timer for next_timeout().
class DtlsSession {
 public:
  enum class State : uint8_t {
    kHandshaking,
    kConnected,  // keys() are there
    kClosed,     // by the peer's close_notify or our close()
    kFailed,     // error() says why
  };
  struct Keys {
    SrtpProfile profile;
    SrtpKey send;
    SrtpKey receive;
  };

  // `peer` is the certificate's digest that the peer's SDP promised; another certificate fails the handshake.
  // Nothing is allocated in OpenSSL before the first datagram (or start()). `now` begins the handshake's time
  // limit.
  DtlsSession(std::shared_ptr<const DtlsContext> context, const Sha256& peer, base::MonoTime now);
  DtlsSession(const DtlsSession&) = delete;
  DtlsSession& operator=(const DtlsSession&) = delete;
  ~DtlsSession();

  // The client's first flight. A server only waits.
  void start(base::MonoTime now);
  void on_datagram(base::Bytes datagram, base::MonoTime now);
  // Retransmits or gives up when the time has come; cheap before that.
  void on_tick(base::MonoTime now);
  // When on_tick() has something to do; nullopt when never.
  std::optional<base::MonoTime> next_timeout() const;

  // Takes the next datagram to send, in order; valid until the next call of this session. False: nothing to
  // send.
  bool next_outgoing(base::Bytes& datagram);

  State state() const { return state_; }
  const base::Error& error() const { return error_; }
  const Keys& keys() const { return CHECK(keys_.has_value()), *keys_; }
  // Sends close_notify (when there is an association) and is kClosed.
  void close();

 private:
  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };

  bool open();
  void release();
  bool read_alert(base::Bytes datagram);
  bool repeats_handshake(base::Bytes datagram);
  void advance(base::MonoTime now);
  void finish_handshake();
  void read_records();
  void fail(base::Error error);

  std::shared_ptr<const DtlsContext> context_;
  Sha256 peer_;
  State state_ = State::kHandshaking;
  base::Error error_;
  std::unique_ptr<DatagramPort> port_;  // outlives ssl_, whose BIO points to it
  std::unique_ptr<ssl_st, FreeSsl> ssl_;
  std::optional<Keys> keys_;
  std::optional<AlertReader> alerts_;  // once OpenSSL's object is given back
  std::vector<uint8_t> close_notify_;
  base::MonoTime give_up_at_;
  std::optional<base::MonoTime> retransmit_at_;
  base::Duration retransmit_after_ = kDtlsRetransmitFirst;
  size_t handshake_datagrams_ = 0;
  size_t last_flight_repeats_ = 0;
};

}  // namespace eyas::webrtc
