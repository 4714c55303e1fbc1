// RTMP's configuration and every limit of a session. Defaults suit a public server; tests set smaller ones.
#pragma once

#include <cstdint>
#include <string>

#include "base/option_schema.h"
#include "base/time.h"
#include "protocols/rtmp/wire/chunk_reader.h"

namespace eyas::rtmp {

struct Options {
  std::string listen = "127.0.0.1:1935";  // rtmp.listen
  std::string tls_listen;                 // rtmps.listen; empty = off

  std::string second_publisher = "refuse";  // rtmp.second_publisher: "refuse" or "takeover"
  bool takeover() const { return second_publisher == "takeover"; }
  base::Duration play_wait = std::chrono::seconds(10);  // rtmp.play_wait: for a stream that is not there yet
  base::Duration max_send_delay = base::Duration::zero();  // rtmp.max_send_delay_ms: 0 = one send per frame

  ChunkLimits chunk;
  uint32_t chunk_size_out =
      0xFFFFFF;  // above any unit of ours, so that one message is one header and one body
  uint32_t window_ack_bytes = 2'500'000;  // what we announce, and until told otherwise what we acknowledge by
  size_t message_streams_max = 8;
  size_t commands_per_second_max = 50;
  size_t command_bytes_max = 64 * 1024;
  size_t arguments_bytes_max = 2048;           // of "?key=value&..." on an app or a name
  size_t early_bytes_max = 4 * 1024 * 1024;    // media that comes while the hub decides about a publisher
  uint32_t connections_per_address_max = 256;  // over all loops; loopback is not counted; 0: no limit
  base::Duration handshake_timeout = std::chrono::seconds(10);  // until connect is answered
  base::Duration idle_timeout = std::chrono::seconds(60);  // nothing heard, not even an answer to our pings
  base::Duration ping_interval = std::chrono::seconds(15);
  base::Duration reconnect_grace = std::chrono::seconds(5);  // after ReconnectRequest, until we close
};

// Binds the keys "rtmp.*" and "rtmps.listen" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

}  // namespace eyas::rtmp
