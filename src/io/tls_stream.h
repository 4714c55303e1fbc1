// TlsStream: a TcpStream behind TLS. kTLS takes over records where the kernel offers it.
#pragma once

#include <array>
#include <memory>

#include "io/tcp_stream.h"
#include "io/tls.h"

struct ssl_st;

namespace eyas::io {

// Lives on its loop.
class TlsStream final : public TcpStream {
 public:
  // As the server; the handshake comes with the first bytes.
  TlsStream(Loop& loop, int fd, std::shared_ptr<const TlsContext> context);
  // Takes over a session on `fd` whose handshake is done.
  TlsStream(Loop& loop, int fd, std::shared_ptr<const TlsContext> context, ssl_st* established);
  ~TlsStream() override;

  std::string alpn() const override;
  bool encrypted() const override { return true; }
  // The kernel encrypts what we send. Known once the handshake is done.
  bool kernel_sends() const;

 private:
  Transfer read_some(uint8_t* into, size_t room) override;
  Transfer write_some(std::span<iovec> parts, bool more) override;
  bool writes_plainly() const override { return false; }
  void finish_writing() override;
  Transfer outcome(int result);

  std::shared_ptr<const TlsContext> context_;
  ssl_st* ssl_;
};

}  // namespace eyas::io
