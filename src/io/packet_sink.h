// PacketSink: one session's way out for datagrams, over UDP or ICE-TCP alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace eyas::io {

// Lives on its session's loop.
class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // Room for one datagram of at most `max` bytes (<= UdpSocket::kDatagramBytesMax), valid until the next
  // call. Without a commit() it is as if it had never been asked for. Empty when the path takes nothing now:
  // the datagram is lost, as it may be on any network, and is counted.
  virtual std::span<uint8_t> prepare(size_t max) = 0;
  // Queues the first `bytes` of what prepare() gave; it leaves at the end of this turn at the latest.
  virtual void commit(size_t bytes) = 0;
};

}  // namespace eyas::io
