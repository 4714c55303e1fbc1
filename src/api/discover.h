// POST /api/v1/discover: ONVIF cameras of the server's networks, and the addresses of their streams.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metric.h"
#include "http/router.h"
#include "io/dial.h"
#include "sources/onvif/discovery.h"

namespace eyas::api {

// {"cameras":[...],"left_out":0,"problems":[]}, as openapi.json describes it.
std::string discovery_json(const onvif::Discovery::Found& found);

// One search at a time: another one is refused meanwhile. Made before its loop runs and destroyed after it.
class Discoveries {
 public:
  // Searches run on `loop`. Both outlive it.
  Discoveries(io::Loop& loop, io::Dialer& dialer) : loop_(loop), dialer_(dialer) {}

  void register_route(http::Router& router);
  // Thread-safe.
  std::vector<base::Metric> metrics() const;

 private:
  // Thread-safe.
  struct Counters {
    std::atomic<uint64_t> searches{0};
    std::atomic<uint64_t> searches_refused{0};  // malformed, or another one was under way
    std::atomic<uint64_t> cameras{0};
    std::atomic<uint64_t> cameras_unanswered{0};  // that did not tell all
    std::atomic<uint64_t> cameras_left_out{0};    // beyond Discovery::kCamerasMax
  };

  using Done = base::UniqueFunction<void(base::Result<std::string> json)>;

  // On the loop. `done` there too.
  void start(onvif::DiscoveryRequest request, Done done);

  io::Loop& loop_;
  io::Dialer& dialer_;
  std::unique_ptr<onvif::Discovery> search_;
  Counters counters_;
};

}  // namespace eyas::api
