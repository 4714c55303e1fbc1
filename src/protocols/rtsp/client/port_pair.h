// PortPair: two adjacent UDP ports of ours or of a group, for one track's packets and their reports
// [RFC 3550 11].
#pragma once

#include <memory>

#include "io/udp.h"
#include "protocols/rtsp/wire/transport.h"

namespace eyas::rtsp {

// Takes datagrams of one address only: the peer's. Lives on its loop.
class PortPair {
 public:
  struct Sink {
    virtual ~Sink() = default;
    // The pair must not be destroyed inside it.
    virtual void on_datagram(size_t track, base::Bytes packet) = 0;
  };

  // On every interface of the peer's address family. Errors: kSystem, kLimit when no two adjacent ports are
  // free.
  static base::Result<std::unique_ptr<PortPair>> open(io::Loop& loop, size_t track, const io::Endpoint& peer,
                                                      Sink& sink);

  // What is sent to a group: that of the peer only, where its address is known. Errors: kMalformed, kSystem.
  static base::Result<std::unique_ptr<PortPair>> open_group(io::Loop& loop, size_t track,
                                                            const Transport& transport,
                                                            const io::Endpoint& peer, Sink& sink);

  NumberPair ports() const;
  // Where the peer sends from and takes reports; port 0: it did not say.
  void set_peer(const io::Endpoint& peer, NumberPair ports);
  // Packets of ours, so that a NAT on the way lets the peer's in.
  void punch(base::Bytes report);
  void send_report(base::Bytes report);
  uint64_t foreign() const { return foreign_; }

 private:
  struct Inlet final : io::UdpSocket::Handler {
    explicit Inlet(PortPair& pair) : pair(pair) {}
    void on_datagram(const io::Endpoint& from, std::span<uint8_t> bytes, base::MonoTime now) override;
    PortPair& pair;
    std::unique_ptr<io::UdpSocket> socket;
  };

  PortPair(size_t track, const io::Endpoint& peer, Sink& sink)
      : track_(track), sink_(sink), peer_host_(peer.host()), peer_(peer) {}
  bool open_both(io::Loop& loop);

  size_t track_;
  Sink& sink_;
  std::string peer_host_;
  io::Endpoint peer_;
  NumberPair peer_ports_;
  Inlet media_{*this};
  Inlet reports_{*this};
  uint64_t foreign_ = 0;  // datagrams of other addresses
};

}  // namespace eyas::rtsp
