// PeerPath: where a peer's datagrams come from and ours go.
#pragma once

#include <algorithm>
#include <string>

#include "io/endpoint.h"
#include "protocols/webrtc/ice/ice_lite.h"

namespace eyas::webrtc {

// An address over UDP, or one accepted TCP connection, whose number tells its loop.
struct PeerPath {
  io::Endpoint endpoint;
  uint64_t connection = 0;   // 0: UDP
  io::LocalAddress local{};  // ours, which its checks came to; unspecified where there is but one

  bool tcp() const { return connection != 0; }
  std::string text() const { return (tcp() ? "tcp:" : "udp:") + endpoint.text(); }
  bool operator==(const PeerPath&) const = default;
  // The same but for our own address: what comes over either is one peer's.
  bool same_source(const PeerPath& other) const {
    return endpoint == other.endpoint && connection == other.connection;
  }

  IcePath ice() const {
    IcePath path;
    auto bytes = endpoint.address_bytes();
    std::ranges::copy(bytes, path.remote.ip.begin());
    path.remote.v6 = bytes.size() == 16;
    path.remote.port = endpoint.port();
    path.connection = connection;
    path.local = local.bytes;
    return path;
  }
};

constexpr uint64_t connection_number(size_t loop, uint64_t serial) {
  return uint64_t{loop} << 48 | serial;
}
constexpr size_t loop_of_connection(uint64_t connection) {
  return connection >> 48;
}

}  // namespace eyas::webrtc
