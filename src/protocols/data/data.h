// Data tracks as lines of JSON: `GET /{app}/{name}/data`. The only header of this room that others include.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "http/router.h"
#include "hub/directory.h"
#include "protocols/data/options.h"

namespace eyas::protocols {
class Protocol;
}

namespace eyas::data {

constexpr const char* kName = "data";

// Counters of all loops. Thread-safe.
struct Statistics {
  std::atomic<uint64_t> viewers{0};  // now
  std::atomic<uint64_t> plays{0};
  std::atomic<uint64_t> not_found{0};
  std::atomic<uint64_t> limit_viewers{0};  // refused with 503
  std::atomic<uint64_t> limit_payload{0};  // lines sent without their payload, which is too large
  std::atomic<uint64_t> next_session{1};   // sessions are named "data-1", "data-2", ...

  struct Named {
    const char* name;
    uint64_t value;
  };
  std::array<Named, 5> list() const {
    return {{{"viewers", viewers},
             {"plays", plays},
             {"not_found", not_found},
             {"limit_viewers", limit_viewers},
             {"limit_payload", limit_payload}}};
  }
};

// What viewers are made of; all of it outlives the HTTP server.
struct Parts {
  const Options& options;
  hub::Directory& directory;
  Statistics& statistics;
};

// Registers the route. Thread-safe once made.
void add_routes(http::Router& router, const Parts& parts);

// What the server's table holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::data
