// Listener: peers that call us.
#pragma once

#include <functional>
#include <memory>

#include "io/loop.h"
#include "protocols/srt/poller.h"
#include "protocols/srt/socket.h"

namespace eyas::srt {

// Made on any thread.
class Listener final : public Poller::Watcher {
 public:
  // Each peer that the gate let in; on the poller's thread.
  using OnPeer = std::function<void(Socket peer)>;

  // `gate` outlives the listener. Takes over `udp`, a bound socket. Errors: kSystem.
  static base::Result<std::shared_ptr<Listener>> open(Poller& poller, const SocketSettings& settings, int udp,
                                                      Gate& gate, OnPeer on_peer);
  // At an address of its own.
  static base::Result<std::shared_ptr<Listener>> open(Poller& poller, const SocketSettings& settings,
                                                      const io::Endpoint& at, Gate& gate, OnPeer on_peer);
  Listener(Poller& poller, Socket socket, OnPeer on_peer);
  ~Listener() override;

 private:
  static base::Result<std::shared_ptr<Listener>> begin(Poller& poller, Socket socket, Gate& gate,
                                                       OnPeer on_peer);
  void on_ready() override;

  Poller& poller_;
  Socket socket_;
  OnPeer on_peer_;
};

// A bound UDP socket that nobody serves yet: libsrt polls what it has a hundred times a second, so it gets
// the socket when the first peer knocks. Lives on its loop.
class Doorbell final : io::FdHandler {
 public:
  using OnRing = base::UniqueFunction<void(int udp)>;  // once; takes over the socket

  // Errors: kInvalidConfig, kSystem, naming the address.
  static base::Result<std::unique_ptr<Doorbell>> open(io::Loop& loop, const std::string& address,
                                                      OnRing on_ring);
  ~Doorbell() override;

  // As bound, with its real port; empty once it rang.
  std::string address() const;

 private:
  Doorbell(io::Loop& loop, int udp, OnRing on_ring);
  void on_fd(uint32_t events) override;

  io::Loop& loop_;
  int udp_;
  OnRing on_ring_;
};

}  // namespace eyas::srt
