// HLS with low latency. The only header of this room that others include.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "http/router.h"
#include "hub/derivations.h"
#include "hub/directory.h"
#include "protocols/hls/options.h"
#include "protocols/hls/statistics.h"

namespace eyas::protocols {
class Protocol;
}

namespace eyas::hls {

constexpr const char* kName = "hls";
constexpr std::array<const char*, 0> kUrlSchemes = {};

class TsServer;

// Serves every stream of the directory under /{app}/{name}/index.m3u8 and /{app}/{name}/hls/; with transport
// stream segments under /{app}/{name}/ts.m3u8 and /{app}/{name}/ts/.
// Handlers run on the loops of `loops`, which must be all loops that HTTP connections live on. Outlives the
// loops' running; destroyed after they have stopped. `directory` outlives it, and `derivations`, which may be
// null.
class Server {
 public:
  Server(hub::Directory& directory, std::vector<io::Executor*> loops, Options options,
         hub::Derivations* derivations = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void register_routes(http::Router& router);
  // Starts what runs by itself: sweeps, and packaging at publish. Once, thread-safe.
  void start();
  // Lets all timers, readers and waiting requests go, loop by loop; thread-safe.
  void drain();
  const Statistics& statistics() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
  std::unique_ptr<TsServer> ts_;
};

// What the server's table holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::hls
