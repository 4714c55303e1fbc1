// The client's side of an RTSP play, blocking, until packets flow.
#pragma once

#include <cstdint>
#include <string>

#include "bench/connect.h"

namespace eyas::bench {

// UDP sockets of one track: RTP's and RTCP's, on neighbouring ports.
struct UdpPair {
  int rtp = -1;
  int rtcp = -1;
  uint16_t port = 0;  // of RTP
};

// Loopback ports with room for a burst. Exits with a message when there are none.
UdpPair open_udp_pair();

// DESCRIBE, SETUP of the first `tracks_max` tracks, PLAY; every step waits for its answer as real clients do.
// Over UDP when `udp_port` is not 0 (the same for all tracks), else interleaved. Gives the SDP. Bytes behind
// the answer to PLAY stay in the socket.
std::string rtsp_begin(int fd, const Target& target, uint16_t udp_port, size_t tracks_max);

}  // namespace eyas::bench
