// The API over the hub: streams as JSON, live changes over a WebSocket, health, metrics and the OpenAPI
// description.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/metric.h"
#include "base/time.h"
#include "http/router.h"
#include "hub/directory.h"
#include "io/executor.h"
#include "sources/transfers.h"

namespace eyas::api {

// What the server tells of itself. The callbacks are thread-safe.
struct ServerInfo {
  std::string version;
  bool demo = false;
  base::WallTime started;
  // As bound, with real ports; empty: off.
  std::string http_listen, https_listen, rtmp_listen, rtmps_listen, rtsp_listen, rtsps_listen, srt_listen,
      webrtc_listen;
  std::function<std::vector<base::Metric>()> metrics;
  const std::atomic<bool>* ready = nullptr;  // false while starting and while draining
};

class LiveUpdates;

// Registers the API's routes. Everything given must outlive the router's use; one LiveUpdates per loop is
// made inside.
class Api {
 public:
  // `transfers`: null in a server without pulls and pushes.
  Api(hub::Directory& directory, sources::Transfers* transfers, std::vector<io::Executor*> loops,
      std::shared_ptr<const ServerInfo> info);
  ~Api();

  void register_routes(http::Router& router);

 private:
  void register_health(http::Router& router);
  void register_streams(http::Router& router);
  void register_live_updates(http::Router& router);

  hub::Directory& directory_;
  sources::Transfers* transfers_;
  std::shared_ptr<const ServerInfo> info_;
  std::vector<std::pair<io::Executor*, std::unique_ptr<LiveUpdates>>> live_updates_;  // one per loop
};

}  // namespace eyas::api
