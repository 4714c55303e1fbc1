// The client's side of a connection, blocking, until media flows: RTMP to publish or play, or an HTTP
// request.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "protocols/rtmp/wire/chunk_reader.h"
#include "protocols/rtmp/wire/chunk_writer.h"

namespace eyas::bench {

// Where a server is and what is asked of it.
struct Target {
  uint16_t port = 0;
  std::string app = "live";
  std::string name = "bench";
  std::string path;  // HTTP: "/live/bench.flv"
};

// A blocking loopback socket with TCP_NODELAY. Exits with a message when nobody listens.
int connect_loopback(uint16_t port);
void set_blocking(int fd, bool blocking);
// Exits with a message when the connection is gone.
void send_all(int fd, base::Bytes bytes);

constexpr uint32_t kClientChunkSize = 1 << 20;

// Handshake, connect, createStream, then publish or play; every step waits for its answer as real clients do.
// Returns once the publish stands, or the play command is sent. `reader` has what came after; `sink` sees all
// messages.
void rtmp_begin(int fd, const Target& target, bool publish, rtmp::ChunkReader& reader,
                rtmp::ChunkReader::Sink& sink);

}  // namespace eyas::bench
