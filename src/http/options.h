// Every limit of the HTTP room, by name and with its default. A limit that is hit is counted in stats.h under
// its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace eyas::base {
class OptionSchema;
}

namespace eyas::http {

struct Options {
  // Requests.
  size_t uri_bytes_max = 8 * 1024;                 // 414
  size_t header_bytes_max = 16 * 1024;             // request line and all header lines: 431
  size_t header_count_max = 100;                   // 431
  size_t body_bytes_max = 1024 * 1024;             // 413; a route may set its own
  uint32_t requests_per_connection_max = 100'000;  // the last response says Connection: close, or GOAWAY
  size_t pipelined_bytes_max =
      32 * 1024;  // bytes held of requests that wait for their turn; then reading pauses

  // Time. Checked once per `sweep_interval`, so each may be late by that much.
  base::Duration header_timeout = std::chrono::seconds(10);  // first byte to last header byte (slowloris)
  base::Duration body_timeout = std::chrono::seconds(30);    // last header byte to last body byte
  base::Duration idle_timeout = std::chrono::seconds(75);    // between requests; also before the first
  base::Duration stall_timeout = std::chrono::seconds(20);   // bytes are pending and the peer takes none
  base::Duration sweep_interval = std::chrono::seconds(1);

  // Connections.
  uint32_t connections_per_address_max =
      256;                            // 0: no limit. Loopback is exempt: proxies and tools live there.
  uint32_t connections_max = 20'000;  // per loop
  // No further request is begun while more than this waits to be sent; on HTTP/2 no frame is read beyond
  // twice as much.
  size_t unsent_bytes_max = 256 * 1024;

  // HTTP/2.
  uint32_t h2_streams_max = 128;          // SETTINGS_MAX_CONCURRENT_STREAMS
  uint32_t h2_window_bytes = 256 * 1024;  // SETTINGS_INITIAL_WINDOW_SIZE of what we receive
  uint32_t h2_resets_max = 200;           // RST_STREAM from the peer in `h2_reset_window`: CVE-2023-44487
  base::Duration h2_reset_window = std::chrono::seconds(10);

  // Responses.
  size_t compress_bytes_min = 1024;  // smaller bodies are not worth gzip
  std::vector<std::string>
      cors_origins;  // further origins ("https://ops.example") that may use every route; "*": all
  // Domain names ("eyas.example") under which browsers may use our page and API unencrypted; "*": any. Names
  // that no stranger can own need not be listed: see cors.h.
  std::vector<std::string> names;
};

// Binds the keys "http.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

}  // namespace eyas::http
