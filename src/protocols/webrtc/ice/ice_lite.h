// IceLite: the ICE agent of one session, lite and therefore controlled [RFC 8445 2.5]: it answers checks, and
// lets the peer choose the path.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"
#include "protocols/webrtc/ice/credentials.h"
#include "protocols/webrtc/wire/stun.h"

namespace eyas::webrtc {

// Where a peer's datagrams come from and ours go: an address over UDP, or one accepted ICE-TCP connection.
struct IcePath {
  stun::TransportAddress remote;
  uint64_t connection = 0;          // 0: UDP; else the server's number of the TCP connection
  std::array<uint8_t, 16> local{};  // our own address, where there are several to choose from

  bool operator==(const IcePath&) const = default;
};

struct IceTimes {
  // A peer that made no valid check for this long no longer agrees to receive [RFC 7675 5.1].
  base::Duration consent = std::chrono::seconds(30);
  // A path without a check for this long gives way to any other path with a valid one, nominated or not: a
  // NAT forgot the old one. Peers check every 4 to 6 s [RFC 7675 5.1].
  base::Duration silent_path = std::chrono::seconds(8);
  // Peers that nominate every pair (aggressive nomination) settle within this; until then the highest
  // priority wins [RFC 5245 8.1.1.2].
  base::Duration settle = std::chrono::seconds(1);
};

// Lives on its session's loop.
class IceLite {
 public:
  IceLite(IceCredentials local, IceCredentials remote, base::MonoTime now, IceTimes times = {});

  struct Outcome {
    size_t response_bytes = 0;  // written to `out`, for the sender of the request; 0: say nothing
    bool valid = false;         // an authentic check: the peer agrees to receive
    bool moved = false;         // path() is another one now (also the first time)
  };
  // Answers a binding request whose local ufrag is ours (takes()); `out` needs stun::kMessageBytesMax.
  Outcome on_request(const stun::Message& request, const IcePath& from, base::MonoTime now,
                     std::span<uint8_t> out);
  // Whether a USERNAME's local half names this session, at present or just before a restart.
  bool takes(std::string_view local_ufrag) const;

  // Where to send. The first valid path until the peer nominates one; then the one nominated last.
  const std::optional<IcePath>& path() const { return path_; }
  bool nominated() const { return nominated_; }
  // When consent ends unless a valid check arrives before [RFC 7675].
  base::MonoTime consent_ends() const { return last_valid_ + times_.consent; }
  bool expired(base::MonoTime now) const { return now >= consent_ends(); }

  const IceCredentials& local() const { return local_; }
  const IceCredentials& remote() const { return remote_; }
  // The path's connection is gone (ICE-TCP): the next valid check decides anew.
  void lose_path() { path_.reset(), nominated_ = false; }
  // ICE restart [RFC 8445 9]: media stays on its path until the peer nominates one under the new credentials.
  // The old ones are answered until then, as the peer goes on with consent checks until our answer reaches
  // it.
  void restart(IceCredentials local, IceCredentials remote);

 private:
  Outcome accept(const stun::Message& request, const IcePath& from, bool present, base::MonoTime now);
  bool prefers(const stun::Message& request, base::MonoTime now) const;

  IceTimes times_;
  IceCredentials local_;
  IceCredentials remote_;
  std::optional<IceCredentials> previous_;  // local, before the restart under way
  std::optional<IcePath> path_;
  bool nominated_ = false;
  uint32_t path_priority_ = 0;
  base::MonoTime nominated_at_{};
  base::MonoTime path_heard_{};
  base::MonoTime last_valid_;
};

}  // namespace eyas::webrtc
