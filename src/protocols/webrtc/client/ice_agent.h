// IceAgent: the ICE agent of a session that we dial: it checks the peer's candidates and, as we made the
// offer, chooses the path [RFC 8445 6.1.1].
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "io/endpoint.h"
#include "protocols/webrtc/ice/credentials.h"
#include "protocols/webrtc/wire/stun.h"

namespace eyas::webrtc {

// Pure: messages and the time in, messages out through Sink. Lives on its session's loop.
class IceAgent {
 public:
  // A peer may name so many addresses; what is over is not checked.
  static constexpr size_t kPairsMax = 32;

  struct Times {
    base::Duration pace = std::chrono::milliseconds(20);    // between the first checks of two pairs
    base::Duration retry = std::chrono::milliseconds(250);  // doubled each time [RFC 8445 14.3]
    unsigned attempts = 6;
    base::Duration consent_every = std::chrono::seconds(5);  // [RFC 7675 5.1]
    base::Duration consent = std::chrono::seconds(30);
  };
  struct Sink {
    virtual ~Sink() = default;
    virtual void send_check(const io::Endpoint& to, base::Bytes message) = 0;
  };

  IceAgent(IceCredentials local, IceCredentials remote, uint64_t tie_breaker)
      : IceAgent(std::move(local), std::move(remote), tie_breaker, Times()) {}
  IceAgent(IceCredentials local, IceCredentials remote, uint64_t tie_breaker, Times times);

  // A candidate of the peer, best first.
  void add(const io::Endpoint& candidate, base::MonoTime now);
  // A binding message that came from there; others are ignored.
  void on_message(const stun::Message& message, const io::Endpoint& from, base::MonoTime now, Sink& sink);
  void on_tick(base::MonoTime now, Sink& sink);
  base::MonoTime next_tick() const;

  // Where to send, once the peer has answered a check that nominates; it stays.
  const std::optional<io::Endpoint>& path() const { return path_; }
  // Nobody answers: no pair, or no consent any more.
  bool failed(base::MonoTime now) const;
  bool is_peer(const io::Endpoint& from) const;

 private:
  struct Pair {
    io::Endpoint to;
    stun::TransactionId transaction{};
    base::MonoTime due;
    unsigned sent = 0;  // of this transaction
    bool nominating = false;
  };

  Pair* find(const io::Endpoint& to);
  void begin_check(Pair& pair, base::MonoTime now);
  void send(Pair& pair, base::MonoTime now, Sink& sink);
  void on_request(const stun::Message& request, const io::Endpoint& from, base::MonoTime now, Sink& sink);
  void on_success(const stun::Message& answer, const io::Endpoint& from, base::MonoTime now, Sink& sink);

  Times times_;
  IceCredentials local_;
  IceCredentials remote_;
  uint64_t tie_breaker_;
  std::vector<Pair> pairs_;
  bool nominating_ = false;
  std::optional<io::Endpoint> path_;
  base::MonoTime heard_;  // the newest answer over path_
};

}  // namespace eyas::webrtc
