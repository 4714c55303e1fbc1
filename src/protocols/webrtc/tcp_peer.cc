#include "protocols/webrtc/tcp_peer.h"

#include "base/slice.h"

namespace eyas::webrtc {

TcpPeer::TcpPeer(PeerPath path, std::unique_ptr<io::ByteStream> stream, io::AddressCensus::Place place,
                 Owner& owner)
    : path_(path), stream_(std::move(stream)), place_(std::move(place)), owner_(owner) {}

TcpPeer::~TcpPeer() = default;

std::span<uint8_t> TcpPeer::prepare(size_t max, size_t pending_bytes_max) {
  if (stream_->pending() + written_ > pending_bytes_max) return {};
  out_.resize(written_ + kTcpFrameHeaderBytes + max);
  return std::span(out_).subspan(written_ + kTcpFrameHeaderBytes);
}

void TcpPeer::commit(size_t bytes) {
  if (bytes == 0) return;
  write_tcp_frame_header(std::span(out_).subspan(written_), bytes);
  written_ += kTcpFrameHeaderBytes + bytes;
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  stream_->executor().defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) flush();
  });
}

void TcpPeer::flush() {
  if (!flush_scheduled_) return;
  flush_scheduled_ = false;
  out_.resize(written_);
  written_ = 0;
  base::Slice bytes(std::exchange(out_, {}));
  stream_->send({&bytes, 1});
}

void TcpPeer::close(const base::Error& why) {
  stream_->close(why);
}

void TcpPeer::close_after_flush() {
  if (flush_scheduled_) flush();
  stream_->close_after_flush();
}

void TcpPeer::on_data(base::Bytes bytes) {
  base::Status read =
      reader_.push(bytes, [this](std::span<uint8_t> packet) { owner_.on_packet(path_, packet); });
  if (!read) stream_->close(read.error());
}

void TcpPeer::on_closed(const base::Error&) {
  owner_.on_tcp_closed(path_);  // destroys this
}

}  // namespace eyas::webrtc
