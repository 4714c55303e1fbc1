// RTMP and RTMPS: publish and play. The only header of this room that others include.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "hub/derivations.h"
#include "hub/directory.h"
#include "io/byte_stream.h"
#include "protocols/connections.h"
#include "protocols/rtmp/limits.h"
#include "protocols/rtmp/options.h"

namespace eyas::protocols {
class Protocol;
}

namespace eyas::rtmp {

constexpr const char* kName = "rtmp";
constexpr std::array<const char*, 2> kUrlSchemes = {"rtmp", "rtmps"};

// Counters that the servers of all loops share. Thread-safe.
struct Statistics : protocols::ConnectionStatistics {
  std::atomic<uint64_t> publishes{0};
  std::atomic<uint64_t> publishes_refused{0};
  std::atomic<uint64_t> plays{0};
  std::atomic<uint64_t> plays_refused{0};
  std::atomic<uint64_t> reconnects_requested{0};
  std::atomic<uint64_t> transfers{0};  // pulls and pushes of ours
  std::atomic<uint64_t> transfers_open{0};
  std::atomic<uint64_t> transfers_failed{0};  // ended otherwise than by the stream's end
  std::array<std::atomic<uint64_t>, static_cast<size_t>(Limit::kCount)> limits{};  // hits

  struct Named {
    const char* name;
    uint64_t value;
  };
  // Every counter with its name, for the API and the metrics.
  std::array<Named, 15> list() const;
  // Which limit it was that closed a connection: those that are counted as closed_limit or closed_timeout.
  void count_limit(const base::Error& why);
  void hit(Limit limit) { limits[static_cast<size_t>(limit)].fetch_add(1, std::memory_order_relaxed); }
  uint64_t hits(Limit limit) const { return limits[static_cast<size_t>(limit)]; }
};

class Connection;
class HeaderCache;

// Owns the RTMP connections of one loop. Lives on that loop. `directory` outlives it, and `derivations`,
// which may be null: then nobody makes AAC of other sound.
class Server {
 public:
  Server(const Options& options, hub::Directory& directory, io::Executor& loop,
         std::shared_ptr<Statistics> statistics, hub::Derivations* derivations = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes over a connected stream (TCP or TLS) and starts it.
  void accept(std::unique_ptr<io::ByteStream> stream);
  // Takes no further connection and ends those that stand: publishers that can are asked to connect again
  // elsewhere.
  void drain();
  // For what comes from now on; sessions that stand keep their own.
  void set_options(const Options& options) { options_ = options; }
  size_t connections() const { return connections_.size(); }

 private:
  friend class Connection;

  void remove(uint64_t id, const base::Error& why);

  Options options_;  // a copy: the configuration's own belongs to the main loop
  hub::Directory& directory_;
  hub::Derivations* derivations_;
  std::shared_ptr<Statistics> statistics_;
  std::unique_ptr<HeaderCache> headers_;
  protocols::Connections<Connection> connections_;
};

// What the server's table holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::rtmp
