// RTSP's configuration and every limit of a session. Defaults suit a public server; tests set smaller ones.
#pragma once

#include <cstdint>
#include <string>

#include "base/option_schema.h"
#include "base/time.h"
#include "protocols/rtsp/track_receiver.h"
#include "protocols/rtsp/wire/message_reader.h"

namespace eyas::rtsp {

struct Options {
  std::string listen = "127.0.0.1:8554";  // rtsp.listen
  std::string tls_listen;                 // rtsps.listen; empty = off
  std::string udp_ports = "20000-20199";  // rtsp.udp_ports; empty = RTP over TCP only
  std::string multicast_range;            // rtsp.multicast.range: "239.255.42.0/24"; empty = off
  std::string
      multicast_interface;  // rtsp.multicast.interface: an address of ours; empty = the system's choice
  uint16_t multicast_port = 20200;  // rtsp.multicast.port, and the next one for RTCP
  unsigned multicast_ttl = 1;       // rtsp.multicast.ttl

  std::string user;      // rtsp.user; empty = everybody may
  std::string password;  // rtsp.password

  std::string second_publisher = "refuse";  // rtsp.second_publisher: "refuse" or "takeover"
  bool takeover() const { return second_publisher == "takeover"; }
  base::Duration play_wait =
      std::chrono::seconds(5);  // rtsp.play_wait_ms: for a stream that is not there yet
  base::Duration session_timeout = std::chrono::seconds(60);  // nothing heard; announced to the peer

  MessageLimits message;
  ReceiverOptions receiver;
  size_t requests_per_second_max = 50;
  size_t requests_waiting_max = 16;            // pipelined behind one that waits for the hub
  size_t arguments_bytes_max = 2048;           // behind '?' of an address
  size_t login_attempts_max = 5;               // wrong ones on a connection
  uint32_t connections_per_address_max = 256;  // over all loops; loopback is not counted; 0: no limit
};

// Binds the keys "rtsp.*" and "rtsps.listen" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

// "20000-20199". Errors: kInvalidConfig.
struct PortRange {
  uint16_t first = 0;
  uint16_t last = 0;
};
base::Result<PortRange> parse_port_range(const std::string& text);

// Whether they fit together. Errors: kInvalidConfig, naming the key.
base::Status check(const Options& options);

}  // namespace eyas::rtsp
