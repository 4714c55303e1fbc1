// A push: waits for the stream, dials, announces and records, follows redirects, and ends once.
#include <utility>

#include "base/log.h"
#include "protocols/rtsp/client/client.h"
#include "protocols/rtsp/client/push_connection.h"
#include "protocols/rtsp/client/redirects.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;

// Lives on its loop.
class Push final : public protocols::Transfer {
  template <typename Callable>
  auto if_alive(Callable callable) {
    return [alive = std::weak_ptr(alive_), callable = std::move(callable)](auto&&... args) mutable {
      if (!alive.expired()) callable(std::forward<decltype(args)>(args)...);
    };
  }

 public:
  Push(protocols::TransferRequest request, ClientServices services)
      : request_(std::move(request)),
        services_(services),
        url_(request_.url),
        redirects_(services.options, services.statistics) {
    hub::ReaderInfo info;
    info.protocol = "rtsp";
    info.session = request_.session;
    info.wait = services_.options.stream_wait;
    info.interest = hub::Interest::kFollows;
    services_.directory.read<StreamFormat>(request_.stream, std::move(info), request_.loop,
                                           if_alive([this] { probe(); }),
                                           if_alive([this](base::Result<hub::Reader<StreamFormat>> reader) {
                                             if (!reader) return end(reader.error());
                                             probe_ = *std::move(reader);
                                             probe();
                                           }));
  }

  protocols::TransferFacts facts() const override {
    return connection_ ? connection_->facts() : protocols::TransferFacts{};
  }

 private:
  // The first head says what is to be announced.
  void probe() {
    if (head_) return;
    auto item = probe_.next();
    if (!item && probe_.ended()) return end({Code::kClosed, "the stream ended", {}});
    if (!item) return;
    head_ = item->head;
    probe_ = {};
    if (head_->lanes.empty()) return end({Code::kUnsupported, "rtsp: no track that it can carry", {}});
    dial();
  }

  void dial() {
    auto plan = TransferPlan::of(url_, request_.options, true);
    if (!plan) return end(plan.error());
    dialling_ = request_.dialer.connect(
        request_.loop, url_.host, port_of(url_), plan->tls, services_.options.connect_timeout,
        [this](base::Result<std::unique_ptr<io::ByteStream>> stream) { connected(std::move(stream)); });
  }

  void connected(base::Result<std::unique_ptr<io::ByteStream>> stream) {
    if (!stream) return end(stream.error());
    PushConnection::Events events;
    events.on_running = [this] {
      if (auto running = std::move(request_.on_running)) running();
    };
    events.on_ended = [this](Error why) { end(std::move(why)); };
    events.on_redirect = [this](const base::Url& to) { redirect(to); };
    connection_ = std::make_unique<PushConnection>(
        PushConnection::Setup{url_, request_.stream, request_.session, head_}, *std::move(stream),
        request_.loop, services_, std::move(events));
  }

  void redirect(const base::Url& to) {
    if (auto allowed = redirects_.check(url_, to); !allowed) return end(allowed.error());
    base::log::info("rtsp.redirect", {{"session", request_.session}, {"url", to.shown()}});
    url_ = to;
    later([this] { dial(); });
  }

  // Behind the connection's own calls, and behind its end.
  template <typename Callable>
  void later(Callable callable) {
    request_.loop.defer(if_alive([this, callable = std::move(callable)]() mutable {
      connection_.reset();
      callable();
    }));
  }

  void end(Error why) {
    later([this, why = std::move(why)]() mutable {
      // The owner may destroy us inside.
      if (auto ended = std::move(request_.on_ended)) ended(std::move(why));
    });
  }

  protocols::TransferRequest request_;
  ClientServices services_;
  base::Url url_;  // after redirects
  Redirects redirects_;
  hub::Reader<StreamFormat> probe_;
  std::shared_ptr<const StreamHead> head_;
  io::Dialling dialling_;
  std::unique_ptr<PushConnection> connection_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<protocols::Transfer> make_push(protocols::TransferRequest request, ClientServices services) {
  return std::make_unique<Push>(std::move(request), services);
}

}  // namespace eyas::rtsp
