// TCP and TLS connections and listeners over a Loop.
#pragma once

#include <memory>
#include <string>

#include "base/task.h"
#include "io/address.h"
#include "io/byte_stream.h"
#include "io/loop.h"

namespace eyas::io {

class TlsContext;

// Takes over a connected stream socket (TCP or a socket pair's end): sets it non-blocking, TCP_NODELAY where
// it has that.
std::unique_ptr<ByteStream> adopt_socket(Loop& loop, int fd);
// The same with TLS in front, as the server. kTLS takes over the records where the kernel offers it.
std::unique_ptr<ByteStream> adopt_tls_server(Loop& loop, int fd, std::shared_ptr<const TlsContext> tls);

// Starts a connection; the stream's first on_drained or on_data tells that it stands, on_closed that it
// failed.
base::Result<std::unique_ptr<ByteStream>> connect_tcp(Loop& loop, const Address& to);

// Several loops may listen on one address. The kernel lets any program of the same user join in, so the
// first listener makes sure that nobody is there yet.
enum class Sharing : uint8_t { kFirst, kFurther };

// Accepts connections until it dies. Lives on its loop.
class Listener final : FdHandler {
 public:
  // Called with a connected descriptor that the callee now owns, and its peer.
  using OnAccept = base::UniqueFunction<void(int fd, const Address& peer)>;

  static base::Result<std::unique_ptr<Listener>> open(Loop& loop, const Address& address, Sharing sharing,
                                                      OnAccept on_accept);
  ~Listener() override;

  Address address() const { return Address::local_of(fd_); }
  // Times that accept failed because descriptors ran out; it is tried again after a pause.
  uint64_t out_of_descriptors() const { return out_of_descriptors_; }

 private:
  Listener(Loop& loop, int fd, OnAccept on_accept);
  void on_fd(uint32_t events) override;
  void pause();

  Loop& loop_;
  int fd_;
  OnAccept on_accept_;
  Timer resume_;
  uint64_t out_of_descriptors_ = 0;
};

}  // namespace eyas::io
