// Network: simulated connections between the loops of a world, as sick as a test wants them. What happens to
// which packet is decided by the world's seed.
#pragma once

#include <memory>
#include <string>

#include "io/byte_stream.h"
#include "io/sim/sim_executor.h"

namespace eyas::io::sim {

// One direction of a connection. May be changed while packets are under way; those keep their times.
struct Path {
  base::Duration latency{0};
  base::Duration jitter{0};       // up to this much more, for each packet
  uint64_t bytes_per_second = 0;  // 0: without limit
  // Probability that a packet is lost. A stream's packet is sent again after `retransmit`, and what follows
  // waits for it; a datagram is gone.
  double loss = 0;
  double duplicate = 0;  // of datagrams
  base::Duration retransmit = std::chrono::milliseconds(200);
  // What the kernels of both sides hold of a stream; beyond it send() leaves bytes pending.
  size_t window_bytes = 256 * 1024;
  size_t packet_bytes = 1400;
};

class Pipe;

// A connection as the test sees it. Copies refer to the same connection; it may outlive both ends.
class Cable {
 public:
  Cable(std::shared_ptr<Pipe> to_server, std::shared_ptr<Pipe> to_client)
      : to_server_(std::move(to_server)), to_client_(std::move(to_client)) {}
  void set_path_to_server(const Path& path);
  void set_path_to_client(const Path& path);
  // Nothing arrives any more in either direction, and nobody is told; until join().
  void cut();
  // What was lost in between is sent again.
  void join();
  // Bytes that the server's end of it has pending.
  size_t pending_to_client() const;

 private:
  std::shared_ptr<Pipe> to_server_, to_client_;
};

struct Connection {
  std::unique_ptr<ByteStream> client, server;
  Cable cable;
};

// Each end lives on the loop given for it. `client_address` is what the server takes for its peer:
// "192.0.2.7:50123".
Connection connect(SimExecutor& client_loop, SimExecutor& server_loop, const Path& to_server,
                   const Path& to_client, std::string client_address = "192.0.2.1:50000");

}  // namespace eyas::io::sim
