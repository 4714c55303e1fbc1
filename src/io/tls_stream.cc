#include "io/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace eyas::io {
namespace {

constexpr size_t kRecordBytes = 16 * 1024;  // the largest TLS record [RFC 8446 5.1]

}  // namespace

TlsStream::TlsStream(Loop& loop, int fd, std::shared_ptr<const TlsContext> context)
    : TcpStream(loop, fd, false), context_(std::move(context)), ssl_(SSL_new(context_->native())) {
  CHECK(ssl_ != nullptr);
  SSL_set_fd(ssl_, fd);
  SSL_set_accept_state(ssl_);
}

TlsStream::TlsStream(Loop& loop, int fd, std::shared_ptr<const TlsContext> context, ssl_st* established)
    : TcpStream(loop, fd, false), context_(std::move(context)), ssl_(established) {
  CHECK(ssl_ != nullptr && SSL_is_init_finished(ssl_));
}

TlsStream::~TlsStream() {
  SSL_free(ssl_);
}

std::string TlsStream::alpn() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_, &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

bool TlsStream::kernel_sends() const {
  return BIO_get_ktls_send(SSL_get_wbio(ssl_));
}

TlsStream::Transfer TlsStream::read_some(uint8_t* into, size_t room) {
  // Everything that OpenSSL has decrypted must be taken now: epoll knows only of what is still in the socket.
  // So a record is begun only when all of it fits.
  size_t total = 0;
  while (room - total >= kRecordBytes) {
    int n = SSL_read(ssl_, into + total, static_cast<int>(room - total));
    if (n > 0) {
      total += static_cast<size_t>(n);
      continue;
    }
    if (total > 0) {
      ERR_clear_error();
      break;
    }
    return outcome(n);
  }
  return {Transfer::Kind::kMoved, total};
}

TlsStream::Transfer TlsStream::write_some(std::span<iovec> parts, bool) {
  // One record for what would be several small ones. A retry repeats the same bytes, since held slices do not
  // change.
  std::array<uint8_t, kRecordBytes> record;
  const uint8_t* from = static_cast<const uint8_t*>(parts[0].iov_base);
  size_t length = parts[0].iov_len;
  if (parts.size() > 1 && length < kRecordBytes) {
    length = 0;
    for (const iovec& part : parts) {
      size_t take = std::min(part.iov_len, record.size() - length);
      std::memcpy(record.data() + length, part.iov_base, take);
      length += take;
      if (length == record.size()) break;
    }
    from = record.data();
  }
  if (length == 0) return {Transfer::Kind::kMoved, 0};
  int n = SSL_write(ssl_, from, static_cast<int>(std::min(length, kRecordBytes)));
  if (n > 0) return {Transfer::Kind::kMoved, static_cast<size_t>(n)};
  return outcome(n);
}

void TlsStream::finish_writing() {
  if (SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);
  ERR_clear_error();
}

TlsStream::Transfer TlsStream::outcome(int result) {
  int error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return {Transfer::Kind::kWouldBlock};
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  bool clean = error == SSL_ERROR_ZERO_RETURN;
  end_reason_ = {clean ? base::Code::kClosed : base::Code::kMalformed, clean ? "closed by the peer" : "tls",
                 reason == nullptr ? std::string() : std::string(reason)};
  if (!clean && error == SSL_ERROR_SYSCALL) end_reason_.code = base::Code::kClosed;
  ERR_clear_error();
  return {Transfer::Kind::kEnded};
}

}  // namespace eyas::io
