// TsServer: classic HLS with transport stream segments, `GET /{app}/{name}/ts.m3u8`.
#pragma once

#include <memory>
#include <vector>

#include "http/router.h"
#include "hub/derivations.h"
#include "hub/directory.h"
#include "protocols/hls/options.h"
#include "protocols/hls/statistics.h"

namespace eyas::hls {

// Packages a stream from its first viewer on until nobody has asked for `idle_close`. Home, loops and lives
// as Server's. `statistics` outlives it.
class TsServer {
 public:
  TsServer(hub::Directory& directory, std::vector<io::Executor*> loops, const Options& options,
           hub::Derivations* derivations, Statistics& statistics);
  ~TsServer();

  void register_routes(http::Router& router);
  void start();
  void drain();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace eyas::hls
