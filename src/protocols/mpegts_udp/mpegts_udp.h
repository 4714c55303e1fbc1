// MPEG transport streams over UDP, RTP, TCP and HTTP: pulls, pushes, and `GET /{app}/{name}.ts`. The only
// header of this room that others include.
#pragma once

#include <memory>

#include "http/router.h"
#include "hub/derivations.h"
#include "hub/directory.h"
#include "protocols/mpegts_udp/options.h"
#include "protocols/mpegts_udp/statistics.h"

namespace eyas::protocols {
class Protocol;
}

namespace eyas::mpegts_udp {

constexpr const char* kName = "mpegts";

// What sessions are made of; all of it outlives them.
struct Parts {
  const Options& options;
  hub::Directory& directory;
  Statistics& statistics;
  hub::Derivations* derivations = nullptr;  // null: nobody makes AAC of sound that cannot be carried
};

// Registers the route. Thread-safe once made.
void add_routes(http::Router& router, const Parts& parts);

// What the server's table holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::mpegts_udp
