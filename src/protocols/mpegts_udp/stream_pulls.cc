// Bytes in order: from a TCP server that sends at once, and from an HTTP server.
#include "http/client.h"
#include "protocols/http_pull.h"
#include "protocols/mpegts_udp/pull.h"

namespace eyas::mpegts_udp {
namespace {

constexpr base::Duration kConnectTimeout = std::chrono::seconds(10);

class TcpPull final : public Pull, private io::ByteStream::Handler {
 public:
  TcpPull(const Parts& parts, protocols::TransferRequest request, const PullTarget& target)
      : Pull(parts, std::move(request), target.carrier, target.programme) {
    const base::Url& url = this->request().url;
    dialling_ = this->request().dialer.connect(loop(), url.host, url.port, {}, kConnectTimeout,
                                               [this](base::Result<std::unique_ptr<io::ByteStream>> stream) {
                                                 if (!stream) return end(stream.error());
                                                 stream_ = std::move(*stream);
                                                 set_peer(stream_->peer());
                                                 stream_->start(*this);
                                               });
  }

 private:
  void on_data(base::Bytes bytes) override { take(bytes, loop().clock().mono()); }
  void on_closed(const base::Error& why) override { end(why); }

  io::Dialling dialling_;
  std::unique_ptr<io::ByteStream> stream_;
};

class HttpPull final : public Pull, private http::ResponseHandler {
 public:
  HttpPull(const Parts& parts, protocols::TransferRequest request, const PullTarget& target)
      : Pull(parts, std::move(request), target.carrier, target.programme),
        client_(loop(), this->request().dialer, protocols::with_tls_of(this->request(), {})),
        exchange_(client_.stream({.url = this->request().url}, *this)) {}

 private:
  void on_head(const http::ResponseHead& head) override {
    set_peer(exchange_->peer());
    if (head.status != 200) end(protocols::not_served("mpegts: the server answered", head.status));
  }
  void on_body(base::Bytes bytes) override { take(bytes, loop().clock().mono()); }
  void on_end(base::Status status) override {
    end(status ? base::Error{base::Code::kClosed, "mpegts: the server has ended the stream", {}}
               : status.error());
  }

  http::Client client_;
  std::unique_ptr<http::ClientExchange> exchange_;
};

}  // namespace

std::unique_ptr<protocols::Transfer> make_tcp_pull(const Parts& parts, protocols::TransferRequest request,
                                                   const PullTarget& target) {
  return std::make_unique<TcpPull>(parts, std::move(request), target);
}

std::unique_ptr<protocols::Transfer> make_http_pull(const Parts& parts, protocols::TransferRequest request,
                                                    const PullTarget& target) {
  return std::make_unique<HttpPull>(parts, std::move(request), target);
}

}  // namespace eyas::mpegts_udp
