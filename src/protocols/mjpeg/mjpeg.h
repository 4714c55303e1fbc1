// MJPEG and snapshots: `GET /{app}/{name}.mjpeg` and `GET /{app}/{name}.jpg`, and cameras that send MJPEG
// over HTTP. The only header of this room that others include.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "http/router.h"
#include "hub/directory.h"
#include "hub/pictures.h"
#include "io/executor.h"
#include "protocols/mjpeg/options.h"

namespace eyas::protocols {
class Protocol;
}

namespace eyas::mjpeg {

constexpr const char* kName = "mjpeg";

// Counters of all loops. Thread-safe.
struct Statistics {
  std::atomic<uint64_t> viewers{0};  // now; with those who wait for a snapshot
  std::atomic<uint64_t> plays{0};
  std::atomic<uint64_t> snapshots{0};
  std::atomic<uint64_t> pictures{0};          // sent
  std::atomic<uint64_t> pictures_skipped{0};  // the viewer was too slow
  std::atomic<uint64_t> not_found{0};
  std::atomic<uint64_t> refused{0};  // 503
  std::atomic<uint64_t> bad_arguments{0};
  std::atomic<uint64_t> pulls{0};
  std::atomic<uint64_t> pulls_open{0};  // now
  std::atomic<uint64_t> pulls_failed{0};
  std::atomic<uint64_t> pull_limit_hits{0};
  std::atomic<uint64_t> next_session{1};  // sessions are named "mjpeg-1", "mjpeg-2", ...

  struct Named {
    const char* name;
    uint64_t value;
  };
  // Every counter with its name, for the API and the metrics.
  std::array<Named, 12> list() const {
    return {{{"viewers", viewers},
             {"plays", plays},
             {"snapshots", snapshots},
             {"pictures", pictures},
             {"pictures_skipped", pictures_skipped},
             {"not_found", not_found},
             {"refused", refused},
             {"bad_arguments", bad_arguments},
             {"pulls", pulls},
             {"pulls_open", pulls_open},
             {"pulls_failed", pulls_failed},
             {"pull_limit_hits", pull_limit_hits}}};
  }
};

// Who watches what, for the streams' lists of viewers. Counts on `home`, so that what is told last is what is
// true.
class Audience {
 public:
  // Both outlive it, and it their running.
  Audience(hub::Directory& directory, io::Executor& home) : directory_(directory), home_(home) {}
  // Thread-safe.
  void change(const hub::StreamName& name, int by);

 private:
  hub::Directory& directory_;
  io::Executor& home_;
  std::map<std::string, uint64_t> viewers_;
};

// Registers the routes. What is given outlives the HTTP server.
void add_routes(http::Router& router, const Options& options, hub::Pictures& pictures, Audience& audience,
                Statistics& statistics);

// What the server's table holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::mjpeg
