// A pull: dials, plays, follows redirects, tries another transport, and ends once.
#include <utility>

#include "base/log.h"
#include "protocols/rtsp/client/client.h"
#include "protocols/rtsp/client/pull_connection.h"
#include "protocols/rtsp/client/redirects.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;

// Lives on its loop.
class Pull final : public protocols::Transfer {
 public:
  Pull(protocols::TransferRequest request, ClientServices services)
      : request_(std::move(request)), services_(services), redirects_(services.options, services.statistics) {
    auto plan = TransferPlan::of(request_.url, request_.options, false);
    if (!plan) {
      end(plan.error());
      return;
    }
    plan_ = *std::move(plan);
    dial(request_.url);
  }

  protocols::TransferFacts facts() const override {
    return connection_ ? connection_->facts() : protocols::TransferFacts{};
  }

 private:
  void dial(const base::Url& url) {
    url_ = url;
    dialling_ = request_.dialer.connect(
        request_.loop, url.host, port_of(url), plan_.tls, services_.options.connect_timeout,
        [this](base::Result<std::unique_ptr<io::ByteStream>> stream) { connected(std::move(stream)); });
  }

  void connected(base::Result<std::unique_ptr<io::ByteStream>> stream) {
    if (!stream) return end(stream.error());
    hub::PublisherInfo info;
    info.protocol = "rtsp";
    info.session = request_.session;
    info.peer = (*stream)->peer();
    info.rank = request_.rank;
    PullConnection::Events events;
    events.on_running = [this] {
      if (auto running = std::move(request_.on_running)) running();
    };
    events.on_ended = [this](Error why) { end(std::move(why)); };
    events.on_redirect = [this](const base::Url& to) { redirect(to); };
    events.on_silent_path = [this] { try_next_path(); };
    connection_ = std::make_unique<PullConnection>(
        PullConnection::Setup{url_, plan_.paths, request_.stream, std::move(info), request_.dialer.policy()},
        *std::move(stream), request_.loop, services_, std::move(events));
  }

  void redirect(const base::Url& to) {
    if (auto allowed = redirects_.check(url_, to); !allowed) return end(allowed.error());
    auto plan = TransferPlan::of(to, request_.options, false);
    if (!plan) return end(plan.error());
    base::log::info("rtsp.redirect", {{"session", request_.session}, {"url", to.shown()}});
    plan_ = *std::move(plan);
    later([this, to] { dial(to); });
  }

  void try_next_path() {
    ClientStatistics::add(services_.statistics.fallbacks);
    plan_.paths.erase(plan_.paths.begin());
    base::log::info("rtsp.next_transport",
                    {{"session", request_.session}, {"transport", path_name(plan_.paths.front())}});
    later([this] { dial(url_); });
  }

  // Behind the connection's own calls, and behind its end.
  template <typename Callable>
  void later(Callable callable) {
    request_.loop.defer([this, alive = std::weak_ptr(alive_), callable]() mutable {
      if (alive.expired()) return;
      connection_.reset();
      callable();
    });
  }

  void end(Error why) {
    later([this, why = std::move(why)]() mutable {
      // The owner may destroy us inside.
      if (auto ended = std::move(request_.on_ended)) ended(std::move(why));
    });
  }

  protocols::TransferRequest request_;
  ClientServices services_;
  TransferPlan plan_;
  base::Url url_;  // after redirects
  Redirects redirects_;
  io::Dialling dialling_;
  std::unique_ptr<PullConnection> connection_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<protocols::Transfer> make_pull(protocols::TransferRequest request, ClientServices services) {
  return std::make_unique<Pull>(std::move(request), services);
}

}  // namespace eyas::rtsp
