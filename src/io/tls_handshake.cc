#include "io/tls_handshake.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/check.h"
#include "io/resolver.h"
#include "io/tls_stream.h"

namespace eyas::io {

base::Result<std::unique_ptr<TlsHandshake>> TlsHandshake::start(Loop& loop, int fd, const DialTls& tls,
                                                                std::string peer, Done done) {
  auto context = TlsContext::client(tls.verify, tls.authority_file, tls.alpn);
  if (!context) {
    ::close(fd);
    return context.error();
  }
  std::unique_ptr<TlsHandshake> made(
      new TlsHandshake(loop, fd, std::move(*context), std::move(peer), std::move(done)));
  if (base::Status status = made->expect_name(tls.server_name, tls.verify); !status) return status.error();
  loop.watch(fd, EPOLLOUT, *made);
  return made;
}

TlsHandshake::TlsHandshake(Loop& loop, int fd, std::shared_ptr<const TlsContext> context, std::string peer,
                           Done done)
    : loop_(loop),
      fd_(fd),
      context_(std::move(context)),
      ssl_(SSL_new(context_->native())),
      peer_(std::move(peer)),
      done_(std::move(done)) {
  CHECK(ssl_ != nullptr);
  SSL_set_fd(ssl_, fd);
  SSL_set_connect_state(ssl_);
}

TlsHandshake::~TlsHandshake() {
  SSL_free(ssl_);
  if (fd_ < 0) return;
  loop_.unwatch(fd_, *this);
  ::close(fd_);
}

base::Status TlsHandshake::expect_name(const std::string& name, bool verify) {
  bool good = true;
  // An address is no name that SNI could carry [RFC 6066 3]; its certificate lists it as an address.
  if (numeric_endpoint(name, 0)) {
    if (verify) good = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), name.c_str()) == 1;
  } else {
    good = SSL_set_tlsext_host_name(ssl_, name.c_str()) == 1;
    SSL_set_hostflags(ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (verify) good = good && SSL_set1_host(ssl_, name.c_str()) == 1;
  }
  ERR_clear_error();
  if (good) return {};
  return base::Error{base::Code::kInvalidConfig, "dial: not a name that TLS can check", name};
}

void TlsHandshake::on_fd(uint32_t) {
  ERR_clear_error();
  int outcome = SSL_do_handshake(ssl_);
  if (outcome == 1) {
    ssl_st* established = std::exchange(ssl_, nullptr);
    loop_.unwatch(fd_, *this);
    return finish(std::unique_ptr<ByteStream>(
        std::make_unique<TlsStream>(loop_, std::exchange(fd_, -1), context_, established)));
  }
  int error = SSL_get_error(ssl_, outcome);
  if (error == SSL_ERROR_WANT_READ) return loop_.rewatch(fd_, EPOLLIN, *this);
  if (error == SSL_ERROR_WANT_WRITE) return loop_.rewatch(fd_, EPOLLOUT, *this);
  finish(failure(error));
}

void TlsHandshake::finish(base::Result<std::unique_ptr<ByteStream>> result) {
  auto done = std::move(done_);
  done(std::move(result));
}

base::Error TlsHandshake::failure(int error) const {
  long verdict = SSL_get_verify_result(ssl_);
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  if (verdict != X509_V_OK) {
    return {base::Code::kRefused, "dial: the peer's certificate is not good",
            peer_ + ": " + X509_verify_cert_error_string(verdict) +
                "; name its authority with tls_authority, or trust it unseen with tls_verify=false"};
  }
  if (error == SSL_ERROR_SSL && reason != nullptr) {
    bool no_tls = std::string_view(reason) == "wrong version number";
    return {base::Code::kMalformed, "dial: no TLS with this peer",
            peer_ + ": " + (no_tls ? "it does not speak TLS at this port" : reason)};
  }
  return {base::Code::kClosed, "dial: closed during the TLS handshake", peer_};
}

}  // namespace eyas::io
