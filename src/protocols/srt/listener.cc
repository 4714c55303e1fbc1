#include "protocols/srt/listener.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace eyas::srt {

base::Result<std::shared_ptr<Listener>> Listener::open(Poller& poller, const SocketSettings& settings,
                                                       int udp, Gate& gate, OnPeer on_peer) {
  auto socket = Socket::make(settings);
  if (!socket) return socket.error();
  if (auto bound = socket->bind_acquire(udp); !bound) return bound.error();
  return begin(poller, std::move(*socket), gate, std::move(on_peer));
}

base::Result<std::shared_ptr<Listener>> Listener::open(Poller& poller, const SocketSettings& settings,
                                                       const io::Endpoint& at, Gate& gate, OnPeer on_peer) {
  auto socket = Socket::make(settings);
  if (!socket) return socket.error();
  if (auto bound = socket->bind(at); !bound) return bound.error();
  return begin(poller, std::move(*socket), gate, std::move(on_peer));
}

base::Result<std::shared_ptr<Listener>> Listener::begin(Poller& poller, Socket socket, Gate& gate,
                                                        OnPeer on_peer) {
  if (auto listens = socket.listen(gate); !listens) return listens.error();
  auto made = std::make_shared<Listener>(poller, std::move(socket), std::move(on_peer));
  poller.watch_listener(made->socket_.id(), made);
  return made;
}

Listener::Listener(Poller& poller, Socket socket, OnPeer on_peer)
    : poller_(poller), socket_(std::move(socket)), on_peer_(std::move(on_peer)) {}

Listener::~Listener() {
  poller_.forget(socket_.id());
}

void Listener::on_ready() {
  while (auto peer = socket_.accept()) on_peer_(std::move(*peer));
}

base::Result<std::unique_ptr<Doorbell>> Doorbell::open(io::Loop& loop, const std::string& address,
                                                       OnRing on_ring) {
  auto at = io::Endpoint::parse(address);
  if (!at) return at.error();
  const int udp = socket(at->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (udp < 0 || bind(udp, &at->any, at->length()) != 0) {
    base::Error error{base::Code::kSystem, "srt.listen", address + ": " + std::strerror(errno)};
    if (udp >= 0) close(udp);
    return error;
  }
  return std::unique_ptr<Doorbell>(new Doorbell(loop, udp, std::move(on_ring)));
}

Doorbell::Doorbell(io::Loop& loop, int udp, OnRing on_ring)
    : loop_(loop), udp_(udp), on_ring_(std::move(on_ring)) {
  loop_.watch(udp_, EPOLLIN, *this);
}

Doorbell::~Doorbell() {
  if (udp_ < 0) return;
  loop_.unwatch(udp_, *this);
  close(udp_);
}

std::string Doorbell::address() const {
  io::Endpoint at;
  socklen_t length = sizeof at.v6;
  return getsockname(udp_, &at.any, &length) == 0 ? at.text() : std::string();
}

void Doorbell::on_fd(uint32_t) {
  // The datagram stays where it is: libsrt reads it.
  loop_.unwatch(udp_, *this);
  on_ring_(std::exchange(udp_, -1));
}

}  // namespace eyas::srt
