// WebRTC's configuration and the limits of its transport. Limits of one part's own (STUN, DTLS, SRTP, SDP,
// RTP) are constants of that part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/option_schema.h"
#include "base/time.h"

namespace eyas::webrtc {

// Relays for viewers that cannot reach us, told to peers as coturn's `use-auth-secret` wants them.
struct TurnOptions {
  std::vector<std::string> urls;  // webrtc.turn.urls: "turn:relay.example:3478?transport=udp"
  std::string secret;             // webrtc.turn.secret: coturn's static-auth-secret
  uint32_t ttl_s = 3600;          // webrtc.turn.ttl_s: how long credentials are good for
};

struct Options {
  std::string listen = "127.0.0.1:8189";  // webrtc.listen: UDP, and ICE-TCP on the same port number
  bool tcp = true;                        // webrtc.tcp
  std::vector<std::string> addresses;  // webrtc.addresses: see AddressRule; empty: what the interfaces have
  std::string certificate;             // webrtc.certificate: empty: webrtc.pem in the data folder
  bool keep_sei = false;               // webrtc.keep_sei: DJI's SEI freezes browsers
  TurnOptions turn;

  std::string second_publisher = "refuse";  // webrtc.second_publisher: "refuse" or "takeover"
  bool takeover() const { return second_publisher == "takeover"; }

  // Publishers that make no keyframe by themselves for this long are asked for one: browsers never do, while
  // HLS and newcomers start with one. 0: only when a viewer needs it.
  base::Duration keyframe_interval = std::chrono::seconds(2);

  // Sessions.
  uint32_t sessions_max = 2'000;            // per loop: 503
  uint32_t sessions_per_address_max = 256;  // over all loops; loopback is not counted; 0: no limit: 429
  uint32_t busy_percent_max = 95;           // a loop busier than this takes no further session: 503
  base::Duration handshake_timeout = std::chrono::seconds(15);  // from the answer to agreed keys
  base::Duration consent_timeout = std::chrono::seconds(30);    // without a check of the peer [RFC 7675 5.1]
  base::Duration derive_wait =
      std::chrono::seconds(3);  // a viewer waits so long for a track that is made for him
  base::Duration retry_after = std::chrono::seconds(5);  // what a refused peer is told

  base::Duration history =
      std::chrono::milliseconds(1500);  // webrtc.history_ms: what is sent again when lost

  // ICE-TCP.
  uint32_t tcp_connections_max = 2'000;            // per loop
  uint32_t tcp_connections_per_address_max = 256;  // over all loops; loopback is not counted; 0: no limit
  size_t tcp_pending_bytes_max = 512 * 1024;  // of one connection; what is over is lost, as on any network
  base::Duration tcp_proof_timeout = std::chrono::seconds(10);  // until the first valid check

  // What one session may cost.
  size_t paths_max = 16;                 // addresses that a session is known by; the oldest goes first
  size_t early_bytes_max = 1024 * 1024;  // media that comes while the hub decides about a publisher
};

// Datagrams under way between loops that are not known to belong to a session; what is over is dropped.
constexpr size_t kStraysInFlightMax = 256;
// The longest offer or fragment that is read: 413.
constexpr size_t kSdpBytesMax = 128 * 1024;

// Binds the keys "webrtc.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

}  // namespace eyas::webrtc
