// A connection of ours on which the stream is sent at once: no queue but the kernel's and one send.
#include "protocols/mpegts_udp/push.h"

#include "base/slice_batch.h"

namespace eyas::mpegts_udp {
namespace {

constexpr base::Duration kConnectTimeout = std::chrono::seconds(10);

class TcpPush final : public Push, private io::ByteStream::Handler {
 public:
  TcpPush(const Parts& parts, protocols::TransferRequest request, const PushTarget& target)
      : Push(parts, std::move(request), target.carrier) {
    const base::Url& url = this->request().url;
    dialling_ = this->request().dialer.connect(loop(), url.host, url.port, {}, kConnectTimeout,
                                               [this](base::Result<std::unique_ptr<io::ByteStream>> stream) {
                                                 if (!stream) return end(stream.error());
                                                 stream_ = std::move(*stream);
                                                 stream_->start(*this);
                                                 begin(stream_->peer());
                                               });
  }

 private:
  void pump() override {
    while (!ended() && stream_->pending() == 0) {
      bool more = gather();
      uint64_t bytes = 0;
      for (const base::Slice& slice : slices_) bytes += slice.size();
      if (bytes > 0) stream_->send(slices_);
      base::clear_batch(slices_);
      count_sent(bytes);
      if (!more) return end_if_over();
    }
  }
  bool gather() {
    size_t bytes = 0;
    while (bytes < parts().options.send_bytes_max) {
      if (!playback().take(slices_)) return false;
      bytes += slices_.back().size();
    }
    return true;
  }

  void on_data(base::Bytes) override {}  // nobody answers
  void on_drained() override { pump(); }
  void on_closed(const base::Error& why) override { end(why); }

  io::Dialling dialling_;
  std::unique_ptr<io::ByteStream> stream_;
  std::vector<base::Slice> slices_;
};

}  // namespace

std::unique_ptr<protocols::Transfer> make_tcp_push(const Parts& parts, protocols::TransferRequest request,
                                                   const PushTarget& target) {
  return std::make_unique<TcpPush>(parts, std::move(request), target);
}

}  // namespace eyas::mpegts_udp
