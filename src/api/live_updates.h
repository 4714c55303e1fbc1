// LiveUpdates: the sockets of /api/v1/ws on one loop. Each change and each second everybody gets the list of
// streams, written once.
#pragma once

#include <list>
#include <string>

#include "api/api.h"
#include "http/websocket.h"
#include "hub/directory.h"
#include "io/executor.h"
#include "sources/transfers.h"

namespace eyas::api {

// Lives on its loop.
class LiveUpdates {
 public:
  static constexpr size_t kSocketsMax = 2000;  // per loop; a further one is closed with 1008
  static constexpr base::Duration kInterval = std::chrono::seconds(1);
  // Changes are gathered for this long, so that a burst of them makes one message.
  static constexpr base::Duration kGather = std::chrono::milliseconds(50);

  // `transfers` may be null.
  LiveUpdates(io::Executor& loop, hub::Directory& directory, sources::Transfers* transfers,
              std::shared_ptr<const ServerInfo> info)
      : loop_(loop), directory_(directory), transfers_(transfers), info_(std::move(info)) {}

  void add(http::WebSocket socket);

 private:
  void schedule(base::Duration delay);
  void send_to_all();

  io::Executor& loop_;
  hub::Directory& directory_;
  sources::Transfers* transfers_;
  std::shared_ptr<const ServerInfo> info_;
  std::list<http::WebSocket> sockets_;
  hub::Directory::Subscription subscription_;
  io::Timer tick_;
  io::Timer change_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::api
