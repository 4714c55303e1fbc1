// Discovery: finds the ONVIF cameras of the networks that we are in, and asks each for its streams.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/client.h"
#include "sources/onvif/camera_query.h"
#include "sources/onvif/probe_socket.h"

namespace eyas::onvif {

struct DiscoveryRequest {
  static constexpr base::Duration kWaitMax = std::chrono::seconds(10);
  static constexpr size_t kHostsMax = 64;

  base::Duration wait = std::chrono::seconds(3);  // for answers to the probe; at most kWaitMax
  Login login;                                    // for every camera; may be empty
  std::vector<std::string> interfaces;            // IPv4 addresses of ours; empty: all
  // Cameras to ask without a probe, where multicasts do not reach: "10.0.0.5", "10.0.0.5:8000".
  std::vector<std::string> hosts;

  // Errors: kInvalidConfig, saying what is allowed.
  base::Status check() const;
};

// One search. Lives on its loop; its death ends it.
class Discovery {
 public:
  static constexpr size_t kCamerasMax = 256;  // the rest is left out, and said to be
  static constexpr size_t kQueriesMax = 8;    // at a time
  static constexpr base::Duration kQueryTimeout = std::chrono::seconds(10);  // of all of one camera

  struct Found {
    std::vector<Camera> cameras;        // by address
    size_t left_out = 0;                // beyond kCamerasMax
    std::vector<std::string> problems;  // interfaces by which no probe could leave
  };

  // `done` once, from the loop, never inside the call. The request has passed check().
  Discovery(io::Loop& loop, io::Dialer& dialer, DiscoveryRequest request,
            base::UniqueFunction<void(Found)> done);
  ~Discovery();

 private:
  struct Query {
    std::unique_ptr<CameraQuery> query;
    io::Timer limit;
  };

  void probe();
  void on_match(ProbeMatch match);
  void add(Camera camera, std::string key);
  void ask_next();
  void answered(const std::string& address, Camera camera);
  void finish_if_done();

  io::Loop& loop_;
  DiscoveryRequest request_;
  base::UniqueFunction<void(Found)> done_;
  http::Client client_;
  std::vector<std::unique_ptr<ProbeSocket>> sockets_;
  std::map<std::string, std::string> seen_;  // endpoint -> address
  std::vector<Camera> waiting_;              // to be asked
  std::map<std::string, Query> queries_;     // by address
  Found found_;
  bool listening_ = true;
  io::Timer wait_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::onvif
