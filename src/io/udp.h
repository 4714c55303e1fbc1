// UdpSocket: datagrams in and out of one loop, many to a system call.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "io/endpoint.h"
#include "io/loop.h"
#include "io/multicast.h"
#include "io/tcp.h"

namespace eyas::io {

// Added to by the socket's loop, read by any. Thread-safe.
struct UdpCounters {
  std::atomic<uint64_t> datagrams_in{0};
  std::atomic<uint64_t> bytes_in{0};
  std::atomic<uint64_t> truncated_in{0};  // longer than kDatagramBytesIn: dropped
  std::atomic<uint64_t> datagrams_out{0};
  std::atomic<uint64_t> bytes_out{0};
  std::atomic<uint64_t> dropped_full{0};   // the kernel's buffer was full
  std::atomic<uint64_t> dropped_error{0};  // the kernel refused: no route, a firewall
  std::atomic<uint64_t> sends{0};          // system calls
};

// Lives on its loop. Never blocks: what the kernel does not take is dropped and counted.
class UdpSocket final : FdHandler {
 public:
  struct Handler {
    virtual ~Handler() = default;
    // `bytes` are ours to change during the call. The socket must not be destroyed inside it.
    virtual void on_datagram(const Endpoint& from, std::span<uint8_t> bytes, base::MonoTime now) = 0;
  };

  static constexpr size_t kDatagramBytesMax = 1500;     // out
  static constexpr size_t kDatagramBytesIn = 2048;      // in
  static constexpr size_t kDatagramsPerRead = 64;       // in one recvmmsg
  static constexpr size_t kReadsPerTurn = 8;            // then others on this loop get their turn
  static constexpr size_t kBatchBytes = 256 * 1024;     // leaves when full; stays within the cache
  static constexpr size_t kBatchMessages = 256;         // in one sendmmsg
  static constexpr size_t kSegmentsMax = 64;            // UDP_MAX_SEGMENTS of Linux up to 6.8
  static constexpr size_t kSegmentedBytesMax = 65'000;  // an IP packet's 65,535 less headers
  static constexpr int kKernelBufferBytes = 4 * 1024 * 1024;

  // `address` as Endpoint::parse takes it, or ":8189" for every interface, IPv4 and IPv6. Several loops may
  // share one address (see Sharing): the kernel then keeps each peer on one of them. `handler` outlives the
  // socket. Errors: kInvalidConfig, kSystem.
  static base::Result<std::unique_ptr<UdpSocket>> open(Loop& loop, const std::string& address,
                                                       Sharing sharing, Handler& handler);
  // Receives what is sent to a group, and nothing else that comes to its port; others on this machine may
  // too. Errors: kInvalidConfig, kSystem.
  static base::Result<std::unique_ptr<UdpSocket>> open(Loop& loop, const MulticastGroup& group,
                                                       Handler& handler);
  ~UdpSocket() override;

  // How datagrams to groups leave, for a socket of their family. `hops`: 1 stays on the link. Errors:
  // kInvalidConfig when no interface has that name or address; kSystem.
  base::Status send_to_groups_by(const std::string& interface, unsigned hops);

  // Room for one datagram in the outgoing batch, valid until the next call. max <= kDatagramBytesMax.
  std::span<uint8_t> prepare(size_t max);
  // Queues what was prepared. Consecutive datagrams of one size to one endpoint leave as one segmented send.
  void commit(const Endpoint& to, size_t bytes, const LocalAddress& from = {});
  // The same for bytes that lie elsewhere.
  void send(const Endpoint& to, base::Bytes datagram);
  // Hands the batch to the kernel; happens by itself at the end of the turn and when the batch is full.
  void flush();

  // During on_datagram: which of our addresses it came to. Unspecified unless the socket is bound to all of
  // them.
  const LocalAddress& arrived_at() const { return arrived_at_; }

  Endpoint local() const;
  const UdpCounters& counters() const { return counters_; }
  // What the kernel granted of kKernelBufferBytes.
  int receive_buffer_bytes() const;
  bool segmentation() const { return segmentation_; }

 private:
  struct Arena;
  struct Inbox;

  UdpSocket(Loop& loop, int fd, Handler& handler);
  void tell_local();
  void on_fd(uint32_t events) override;
  bool read_batch();
  // True when the datagram just committed may join the last message of the batch.
  bool joins_last(const Endpoint& to, size_t bytes, const LocalAddress& from) const;
  // Sends the batch from message `first` on; returns how many messages are done with.
  size_t send_from(size_t first);
  size_t on_send_error(size_t at, int error);
  void send_unsegmented(size_t at);

  Loop& loop_;
  int fd_;
  Handler& handler_;
  bool segmentation_;
  bool tells_local_ = false;
  LocalAddress arrived_at_;
  bool flush_scheduled_ = false;
  std::unique_ptr<Arena> out_;  // made by the first prepare()
  UdpCounters counters_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::io
