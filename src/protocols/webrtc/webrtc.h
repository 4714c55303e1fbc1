// WebRTC: publish by WHIP, watch by WHEP. The only header of this room that others include.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/result.h"

namespace eyas::protocols {
class Protocol;
}

namespace eyas::webrtc {

constexpr const char* kName = "webrtc";

// Counters that the servers of all loops share. Thread-safe.
struct Statistics {
  std::atomic<uint64_t> sessions_opened{0};
  std::atomic<uint64_t> sessions_open{0};
  std::atomic<uint64_t> publishes{0};          // got as far as media
  std::atomic<uint64_t> plays{0};              // got as far as media
  std::atomic<uint64_t> offers_refused{0};     // 400, 422
  std::atomic<uint64_t> publishes_refused{0};  // the name is taken
  std::atomic<uint64_t> not_found{0};
  std::atomic<uint64_t> refused_busy{0};  // sessions_max, busy_percent_max
  std::atomic<uint64_t> refused_address_limit{0};
  std::atomic<uint64_t> restarts{0};  // of ICE
  std::atomic<uint64_t> moves{0};     // of a peer to another address while it played or published
  // What viewers were sent, and what they were not; told by each about once a second.
  std::atomic<uint64_t> packets_sent{0};
  std::atomic<uint64_t> packets_sent_again{0};
  std::atomic<uint64_t> nacks{0};         // packets that viewers asked for
  std::atomic<uint64_t> nacks_missed{0};  // of these, no longer there
  std::atomic<uint64_t> key_requests{0};
  std::atomic<uint64_t> skipped_groups{
      0};  // groups not sent, or not to their end: the path did not carry them
  std::atomic<uint64_t> skipped_frames{0};
  std::atomic<uint64_t> rendition_changes{0};
  std::atomic<uint64_t> constrained_open{0};  // viewers whose path carries less than they should have, now
  // Why sessions ended.
  std::atomic<uint64_t> closed_by_peer{0};
  std::atomic<uint64_t> closed_handshake{0};  // no keys in time, or none agreed
  std::atomic<uint64_t> closed_consent{0};    // nothing heard any more
  std::atomic<uint64_t> closed_other{0};
  // Datagrams that were not for a session.
  std::atomic<uint64_t> stray_stun{0};
  std::atomic<uint64_t> stray_datagrams{0};  // from addresses that have shown no credentials
  std::atomic<uint64_t> public_bindings{0};
  std::atomic<uint64_t> bad_packets{0};  // not authentic, replayed, malformed
  std::atomic<uint64_t> tcp_connections_opened{0};
  std::atomic<uint64_t> tcp_connections_open{0};
  std::atomic<uint64_t> tcp_refused{0};  // a limit of connections, or no proof in time
  std::atomic<uint64_t> tcp_dropped{0};  // datagrams that a slow connection had no room for

  struct Named {
    const char* name;
    uint64_t value;
  };
  // Every counter with its name, for the API and the metrics.
  std::array<Named, 32> list() const;
};

// What the server's table holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::webrtc
