// TlsHandshake: TLS as the client on a connected socket, until the certificate is found good.
#pragma once

#include <memory>
#include <string>

#include "base/task.h"
#include "io/dial.h"
#include "io/tls.h"

struct ssl_st;

namespace eyas::io {

// Owns the socket until it is done; its death closes it. Lives on its loop.
class TlsHandshake final : FdHandler {
 public:
  using Done = base::UniqueFunction<void(base::Result<std::unique_ptr<ByteStream>>)>;

  // `done` runs once, from the loop; it may destroy us. `peer` is for errors: "camera.local (10.0.0.5:322)".
  // Errors: kInvalidConfig when the authorities or the name cannot be used; the socket is closed then, too.
  static base::Result<std::unique_ptr<TlsHandshake>> start(Loop& loop, int fd, const DialTls& tls,
                                                           std::string peer, Done done);
  ~TlsHandshake() override;

 private:
  TlsHandshake(Loop& loop, int fd, std::shared_ptr<const TlsContext> context, std::string peer, Done done);
  base::Status expect_name(const std::string& name, bool verify);
  void on_fd(uint32_t events) override;
  void finish(base::Result<std::unique_ptr<ByteStream>> result);
  base::Error failure(int error) const;

  Loop& loop_;
  int fd_;
  std::shared_ptr<const TlsContext> context_;
  ssl_st* ssl_;
  std::string peer_;
  Done done_;
};

}  // namespace eyas::io
