// RTSP and RTSPS: publish and play. The only header of this room that others include.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "hub/directory.h"
#include "hub/pictures.h"
#include "io/byte_stream.h"
#include "protocols/connections.h"
#include "protocols/rtsp/datagram_ports.h"
#include "protocols/rtsp/limits.h"
#include "protocols/rtsp/options.h"

namespace eyas::protocols {
class Protocol;
}

namespace eyas::rtsp {

constexpr const char* kName = "rtsp";

// Counters that the servers of all loops share. Thread-safe.
struct Statistics : protocols::ConnectionStatistics {
  std::atomic<uint64_t> publishes{0};
  std::atomic<uint64_t> publishes_refused{0};
  std::atomic<uint64_t> plays{0};
  std::atomic<uint64_t> plays_refused{0};
  std::atomic<uint64_t> logins_refused{0};
  std::array<std::atomic<uint64_t>, static_cast<size_t>(Limit::kCount)> limits{};  // hits

  struct Named {
    const char* name;
    uint64_t value;
  };
  // Every counter with its name, for the API and the metrics.
  std::array<Named, 12> list() const;
  // Which limit it was that closed a connection: those that are counted as closed_limit or closed_timeout.
  void count_limit(const base::Error& why);
  void hit(Limit limit) { limits[static_cast<size_t>(limit)].fetch_add(1, std::memory_order_relaxed); }
  uint64_t hits(Limit limit) const { return limits[static_cast<size_t>(limit)]; }
};

class Connection;
class Multicast;

// Owns the RTSP connections of one loop. Lives on that loop. `directory` outlives it.
class Server {
 public:
  // Opens the loop's pair of UDP ports, when the first peer wants it.
  using OpenPorts = base::UniqueFunction<base::Result<std::unique_ptr<DatagramPorts>>()>;

  // `open_ports` may be empty: no UDP. `multicast` may be null: none.
  Server(const Options& options, hub::Directory& directory, io::Executor& loop,
         std::shared_ptr<Statistics> statistics, OpenPorts open_ports, std::shared_ptr<Multicast> multicast);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes over a connected stream (TCP or TLS) and starts it.
  void accept(std::unique_ptr<io::ByteStream> stream);
  // Takes no further connection and ends those that stand.
  void drain();
  // Who makes video of JPEG that is recorded to us; null: nobody. Before the first connection; outlives it.
  void set_pictures(hub::Pictures* pictures) { pictures_ = pictures; }
  // For what comes from now on; sessions that stand keep their own.
  void set_options(const Options& options) { options_ = std::make_shared<const Options>(options); }
  size_t connections() const { return connections_.size(); }

 private:
  friend class Connection;

  // Null when there are none.
  DatagramPorts* ports();
  void remove(uint64_t id, const base::Error& why);

  std::shared_ptr<const Options> options_;  // a copy: the configuration's own belongs to the main loop
  hub::Directory& directory_;
  std::shared_ptr<Statistics> statistics_;
  OpenPorts open_ports_;
  std::unique_ptr<DatagramPorts> ports_;
  std::shared_ptr<Multicast> multicast_;
  hub::Pictures* pictures_ = nullptr;
  protocols::Connections<Connection> connections_;
};

// What the server's table holds.
std::unique_ptr<protocols::Protocol> make();

}  // namespace eyas::rtsp
