// HTTP-FLV and WebSocket-FLV: `GET /{app}/{name}.flv`. The only header of this room that others include.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "http/router.h"
#include "hub/derivations.h"
#include "hub/directory.h"
#include "protocols/http_flv/options.h"

namespace eyas::protocols {
class Protocol;
}

namespace eyas::http_flv {

constexpr const char* kName = "http_flv";

// Counters of all loops. Thread-safe.
struct Statistics {
  std::atomic<uint64_t> viewers{0};  // now
  std::atomic<uint64_t> plays{0};
  std::atomic<uint64_t> plays_over_websocket{0};
  std::atomic<uint64_t> not_found{0};
  std::atomic<uint64_t> pulls{0};
  std::atomic<uint64_t> pulls_open{0};
  std::atomic<uint64_t> pulls_failed{0};  // ended otherwise than by the stream's end
  std::atomic<uint64_t> pull_limit_hits{0};
  std::atomic<uint64_t> next_session{1};  // sessions are named "flv-1", "flv-2", ...

  struct Named {
    const char* name;
    uint64_t value;
  };
  // Every counter with its name, for the API and the metrics.
  std::array<Named, 8> list() const {
    return {{{"viewers", viewers},
             {"plays", plays},
             {"plays_over_websocket", plays_over_websocket},
             {"not_found", not_found},
             {"pulls", pulls},
             {"pulls_open", pulls_open},
             {"pulls_failed", pulls_failed},
             {"pull_limit_hits", pull_limit_hits}}};
  }
};

// What viewers are made of; all of it outlives the HTTP server.
struct Parts {
  const Options& options;
  hub::Directory& directory;
  Statistics& statistics;
  hub::Derivations* derivations = nullptr;  // null: nobody makes AAC of other sound
};

// Registers the routes. Thread-safe once made.
void add_routes(http::Router& router, const Parts& parts);

// What the server's table holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::http_flv
