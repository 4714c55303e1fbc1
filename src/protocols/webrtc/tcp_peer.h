// TcpPeer: one accepted ICE-TCP connection [RFC 6544]: packets with a length in front, both ways.
#pragma once

#include <memory>
#include <vector>

#include "io/address_census.h"
#include "io/byte_stream.h"
#include "protocols/webrtc/peer_path.h"
#include "protocols/webrtc/wire/tcp_framing.h"

namespace eyas::webrtc {

// Lives on its connection's loop. What is sent in one turn leaves as one write.
class TcpPeer final : io::ByteStream::Handler {
 public:
  struct Owner {
    virtual ~Owner() = default;
    virtual void on_packet(const PeerPath& from, std::span<uint8_t> packet) = 0;
    // The owner destroys the peer.
    virtual void on_tcp_closed(const PeerPath& path) = 0;
  };

  TcpPeer(PeerPath path, std::unique_ptr<io::ByteStream> stream, io::AddressCensus::Place place,
          Owner& owner);
  ~TcpPeer() override;
  void start() { stream_->start(*this); }

  const PeerPath& path() const { return path_; }
  // Room for one packet; empty when `pending_bytes_max` are waiting.
  std::span<uint8_t> prepare(size_t max, size_t pending_bytes_max);
  void commit(size_t bytes);
  void close(const base::Error& why);
  // Sends what this turn committed, then closes.
  void close_after_flush();

 private:
  void on_data(base::Bytes bytes) override;
  void on_closed(const base::Error& why) override;
  void flush();

  PeerPath path_;
  std::unique_ptr<io::ByteStream> stream_;
  io::AddressCensus::Place place_;
  Owner& owner_;
  TcpFrameReader reader_;
  std::vector<uint8_t> out_;  // of this turn; the packet under way lies behind `written_`
  size_t written_ = 0;
  bool flush_scheduled_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::webrtc
