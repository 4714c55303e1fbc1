// MPEG-DASH with low latency. The only header of this room that others include.
#pragma once

#include <memory>
#include <vector>

#include "http/router.h"
#include "hub/derivations.h"
#include "hub/directory.h"
#include "protocols/dash/options.h"
#include "protocols/dash/statistics.h"

namespace eyas::protocols {
class Protocol;
}

namespace eyas::dash {

constexpr const char* kName = "dash";

// Serves every stream of the directory under /{app}/{name}/index.mpd and /{app}/{name}/dash/.
// Handlers run on the loops of `loops`, which must be all loops that HTTP connections live on. Outlives the
// loops' running; destroyed after they have stopped. `directory` outlives it, and
// `derivations`, which may be null.
class Server {
 public:
  Server(hub::Directory& directory, std::vector<io::Executor*> loops, Options options,
         hub::Derivations* derivations = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void register_routes(http::Router& router);
  // Starts the sweeps. Once, thread-safe.
  void start();
  // Lets all timers, readers and waiting requests go, loop by loop; thread-safe.
  void drain();
  const Statistics& statistics() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

// What the server's table holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::dash
