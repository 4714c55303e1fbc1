// TcpStream: ByteStream over a connected stream socket. TlsStream puts records in front of it.
#pragma once

#include <sys/uio.h>

#include <vector>

#include "io/tcp.h"

namespace eyas::io {

// Lives on its loop.
class TcpStream : public ByteStream, protected FdHandler {
 public:
  // How long close_after_flush waits for the peer to take what is pending, and then to close its side.
  static constexpr base::Duration kFlushLimit = std::chrono::seconds(5);
  static constexpr base::Duration kLingerLimit = std::chrono::seconds(1);
  static constexpr size_t kGatherMax = 64;  // slices handed to the kernel in one call

  TcpStream(Loop& loop, int fd, bool connecting);
  ~TcpStream() override;

  void start(Handler& handler) override;
  size_t send(std::span<const base::Slice> slices) override;
  size_t pending() const override { return pending_bytes_; }
  void pause_reading(bool paused) override;
  void close_after_flush() override;
  void close(base::Error why) override;
  std::string peer() const override { return peer_; }
  Executor& executor() override { return loop_; }

 protected:
  // What a transfer did: moved bytes, must wait for the socket, or ended the connection.
  struct Transfer {
    enum class Kind : uint8_t { kMoved, kWouldBlock, kEnded } kind;
    size_t bytes = 0;
  };
  virtual Transfer read_some(uint8_t* into, size_t room);
  // `more`: other bytes follow at once, so that a short packet may wait for them.
  virtual Transfer write_some(std::span<iovec> parts, bool more);
  // Whether the bytes go out as they are, so that the kernel may take them from a file of memory.
  virtual bool writes_plainly() const { return true; }
  // Tells the peer that nothing more will be sent.
  virtual void finish_writing();

  int fd() const { return fd_; }
  Loop& loop() { return loop_; }
  // Why read_some or write_some said kEnded.
  base::Error end_reason_;

 private:
  enum class State : uint8_t { kIdle, kConnecting, kOpen, kFlushing, kLingering, kClosed };

  void on_fd(uint32_t events) override;
  void finish_connect();
  void read_ready();
  void write_ready();
  // Writes what one call can of the slices, the first `skip` bytes of the first one excepted.
  Transfer write_slices(std::span<const base::Slice> slices, size_t skip);
  bool goes_as_file(const base::Slice& slice) const;
  Transfer write_file(std::span<const base::Slice> slices, size_t skip);
  Transfer moved(ssize_t result);
  // Writes as much of the held slices as the socket takes; false when the connection ended.
  bool write_held();
  void hold(const base::Slice& slice, size_t skip);
  void linger();
  void update_watch();

  Loop& loop_;
  int fd_;
  Handler* handler_ = nullptr;
  State state_;
  bool reading_paused_ = false;
  uint32_t watched_ = 0;
  std::vector<base::Slice> held_;  // not yet with the kernel; from held_from_ on
  size_t held_from_ = 0;
  size_t pending_bytes_ = 0;
  std::string peer_;
  Timer timer_;  // flush and linger limits, and the posted on_closed
};

}  // namespace eyas::io
