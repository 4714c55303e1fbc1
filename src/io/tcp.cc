#include "io/tcp.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "io/descriptors.h"
#include "io/tcp_stream.h"
#include "io/tls_stream.h"

namespace eyas::io {
namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptsPerTurn = 64;
constexpr base::Duration kPauseWithoutDescriptors = std::chrono::milliseconds(200);

void set_option(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

void prepare(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);  // fails quietly on a socket pair
}

base::Error system_error(const char* context, const Address& address) {
  return {base::Code::kSystem, context, address.text() + ": " + std::strerror(errno)};
}

}  // namespace

std::unique_ptr<ByteStream> adopt_socket(Loop& loop, int fd) {
  prepare(fd);
  return std::make_unique<TcpStream>(loop, fd, false);
}

std::unique_ptr<ByteStream> adopt_tls_server(Loop& loop, int fd, std::shared_ptr<const TlsContext> tls) {
  prepare(fd);
  return std::make_unique<TlsStream>(loop, fd, std::move(tls));
}

base::Result<std::unique_ptr<ByteStream>> connect_tcp(Loop& loop, const Address& to) {
  int fd = socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return system_error("connect: socket", to);
  prepare(fd);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to.storage), to.length) != 0 && errno != EINPROGRESS) {
    base::Error error = system_error("connect", to);
    close(fd);
    return error;
  }
  return std::unique_ptr<ByteStream>(std::make_unique<TcpStream>(loop, fd, true));
}

base::Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Address& address, Sharing sharing,
                                                       OnAccept on_accept) {
  int fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return system_error("listen: socket", address);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.storage.ss_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (sharing == Sharing::kFurther) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0;
  // Set after bind, the option lets further listeners in, but did not let us in beside a stranger.
  if (sharing == Sharing::kFirst) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (!bound || ::listen(fd, kBacklog) != 0) {
    base::Error error = system_error("listen", address);
    close(fd);
    return error;
  }
  return std::unique_ptr<Listener>(new Listener(loop, fd, std::move(on_accept)));
}

Listener::Listener(Loop& loop, int fd, OnAccept on_accept)
    : loop_(loop), fd_(fd), on_accept_(std::move(on_accept)) {
  loop_.watch(fd_, EPOLLIN, *this);
}

Listener::~Listener() {
  if (!resume_.armed()) loop_.unwatch(fd_, *this);
  close(fd_);
}

void Listener::on_fd(uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Address peer;
    peer.length = sizeof peer.storage;
    int fd =
        accept4(fd_, reinterpret_cast<sockaddr*>(&peer.storage), &peer.length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      on_accept_(fd, peer);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) pause();
    return;
  }
}

void Listener::pause() {
  // The connection stays in the backlog and would wake us at once: look again a little later.
  ++out_of_descriptors_;
  count_accept_put_off(loop_.clock().mono());
  loop_.unwatch(fd_, *this);
  resume_ = loop_.after(kPauseWithoutDescriptors, [this] { loop_.watch(fd_, EPOLLIN, *this); });
}

}  // namespace eyas::io
