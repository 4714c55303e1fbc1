#include "protocols/srt/client.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/number.h"
#include "protocols/srt/listener.h"
#include "protocols/srt/wire/stream_id.h"

namespace eyas::srt {
namespace {

using base::Code;
using base::Error;

std::string setting(const base::Url& url, const protocols::TransferOptions& options,
                    const std::string& name) {
  auto found = options.find(name);
  return found != options.end() ? found->second : url.parameter(name).value_or("");
}

Error invalid(const char* context, std::string detail) {
  return {Code::kInvalidConfig, context, std::move(detail)};
}

base::Result<CallMode> mode_of(const std::string& word) {
  if (word.empty() || word == "caller") return CallMode::kCaller;
  if (word == "listener") return CallMode::kListener;
  if (word == "rendezvous") return CallMode::kRendezvous;
  return invalid("srt: mode is caller, listener or rendezvous", word);
}

base::Result<base::Duration> latency_of(const std::string& text, base::Duration initial) {
  if (text.empty()) return initial;
  int value = 0;
  if (!base::read_number(text, value) || value < 20 || value > 8000)
    return invalid("srt: latency is 20 to 8000 (milliseconds)", text);
  return base::Duration(std::chrono::milliseconds(value));
}

base::Result<io::Endpoint> endpoint_at(const std::string& host, uint16_t port) {
  const bool v6 = host.find(':') != host.npos;
  return io::Endpoint::parse((v6 ? "[" + host + "]" : host) + ":" + std::to_string(port));
}

// Lives on its loop.
class Dial final : public protocols::Transfer, Link::Handler, Gate {
 public:
  Dial(ClientServices services, protocols::TransferRequest request, bool publishes)
      : services_(services), request_(std::move(request)), publishes_(publishes) {
    fail(begin_call());
  }
  ~Dial() override {
    if (link_) link_->stop();
  }

  protocols::TransferFacts facts() const override {
    protocols::TransferFacts facts;
    facts.transport = "srt";
    if (!session_) return facts;
    const PathFacts path = session_->facts();
    facts.peer = session_->peer();
    facts.bytes = path.bytes;
    facts.counters = path.counters();
    return facts;
  }

 private:
  base::Status begin_call() {
    auto call = read_call(request_.url, request_.options, services_.options);
    if (!call) return call.error();
    call_ = std::move(*call);
    if (call_.mode == CallMode::kListener && request_.url.host.empty()) return listen("0.0.0.0");
    resolving_ = request_.dialer.resolve(
        request_.loop, request_.url.host, request_.url.port,
        [this](base::Result<std::vector<io::Endpoint>> found) { on_found(std::move(found)); });
    return {};
  }

  void on_found(base::Result<std::vector<io::Endpoint>> found) {
    if (!found) return fail(found.error());
    const io::Endpoint& to = found->front();
    fail(call_.mode == CallMode::kListener ? listen(to.host()) : call(to));
  }

  base::Status call(const io::Endpoint& to) {
    auto socket = Socket::make(call_.settings);
    if (!socket) return socket.error();
    if (call_.mode == CallMode::kRendezvous) {
      // Both sides call each other from the port that they call.
      const std::string any = to.is_v6() ? "::" : "0.0.0.0";
      auto from = endpoint_at(call_.adapter.empty() ? any : call_.adapter, to.port());
      if (!from) return from.error();
      if (auto bound = socket->bind(*from); !bound) return bound;
    }
    link_ = std::make_shared<Link>(services_.poller, std::move(*socket), request_.loop);
    return link_->connect(*this, to);
  }

  // The address is ours here: nobody is dialled.
  base::Status listen(const std::string& host) {
    auto at = endpoint_at(host, request_.url.port);
    if (!at) return at.error();
    auto opened = Listener::open(services_.poller, call_.settings, *at, *this,
                                 [loop = &request_.loop, alive = std::weak_ptr(alive_), this](Socket peer) {
                                   taken_ = true;
                                   loop->post([this, alive, peer = std::move(peer)]() mutable {
                                     if (!alive.expired()) on_peer(std::move(peer));
                                   });
                                 });
    if (!opened) return opened.error();
    listener_ = std::move(*opened);
    return {};
  }

  // Who knocks is not yet in: a passphrase is judged behind this.
  int judge(const std::string&, std::string_view) override { return taken_ ? kTurnOverload : 0; }

  void on_peer(Socket peer) {
    if (link_) return;
    link_ = std::make_shared<Link>(services_.poller, std::move(peer), request_.loop);
    begin();
  }

  void on_connected() override {
    // Not from here: the session takes the link over.
    request_.loop.defer([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) begin();
    });
    link_->stop();
  }
  void on_message(base::Bytes, base::MonoTime) override {}
  void on_closed(const Error& why) override { fail(why); }

  void begin() {
    Session::Context context{services_.directory,
                             request_.loop,
                             services_.statistics,
                             request_.stream,
                             request_.session,
                             {},
                             std::move(request_.on_running),
                             [this, alive = std::weak_ptr(alive_)](Error why) {
                               if (!alive.expired()) tell(std::move(why));
                             }};
    if (publishes_) {
      session_ = std::make_unique<Ingest>(std::move(context), link_, Ingest::Rank{request_.rank, false},
                                          services_.options.early_bytes_max);
    } else {
      context.interest = hub::Interest::kFollows;
      context.derivations = services_.derivations;
      session_ = std::make_unique<Egress>(std::move(context), link_, services_.options.play_wait);
    }
    schedule_tick();
  }

  void schedule_tick() {
    tick_ = request_.loop.after(std::chrono::seconds(1), [this] {
      session_->tick();
      request_.loop.defer([this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) schedule_tick();
      });
    });
  }

  void fail(base::Status status) {
    if (status) return;
    request_.loop.post([this, alive = std::weak_ptr(alive_), why = status.error()] {
      if (!alive.expired()) tell(why);
    });
  }
  void tell(Error why) {
    if (auto ended = std::exchange(request_.on_ended, {})) ended(std::move(why));
  }

  ClientServices services_;
  protocols::TransferRequest request_;
  const bool publishes_;
  Call call_;
  io::Dialling resolving_;
  std::shared_ptr<Link> link_;
  std::unique_ptr<Session> session_;
  io::Timer tick_;
  std::atomic<bool> taken_{false};  // by a peer that was let in
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::shared_ptr<Listener> listener_;  // last: it dies first, and with it the calls into this
};

}  // namespace

base::Result<Call> read_call(const base::Url& url, const protocols::TransferOptions& transfer,
                             const Options& options) {
  if (auto known =
          protocols::check_options(transfer, {"mode", "streamid", "latency", "passphrase", "adapter"});
      !known)
    return known.error();
  if (url.port == 0) return invalid("srt: the address needs a port", url.shown());
  auto mode = mode_of(setting(url, transfer, "mode"));
  if (!mode) return mode.error();
  if (url.host.empty() && *mode != CallMode::kListener)
    return invalid("srt: the address needs a host", url.shown());
  auto latency = latency_of(setting(url, transfer, "latency"), options.latency);
  if (!latency) return latency.error();
  Call call;
  call.mode = *mode;
  call.settings.latency = *latency;
  call.settings.passphrase = setting(url, transfer, "passphrase");
  call.settings.stream_id = setting(url, transfer, "streamid");
  call.adapter = setting(url, transfer, "adapter");
  if (!call.adapter.empty() && !endpoint_at(call.adapter, url.port))
    return invalid("srt: adapter is a numeric address of this machine", call.adapter);
  call.settings.connect_timeout = options.connect_timeout;
  call.settings.peer_idle_timeout = options.peer_idle_timeout;
  call.settings.rendezvous = *mode == CallMode::kRendezvous;
  const size_t secret = call.settings.passphrase.size();
  if (secret != 0 && (secret < kPassphraseBytesMin || secret > kPassphraseBytesMax))
    return invalid("srt: passphrase has 10 to 79 characters", {});
  if (call.settings.stream_id.size() > kStreamIdBytesMax)
    return invalid("srt: streamid has at most 512 bytes", {});
  return call;
}

std::unique_ptr<protocols::Transfer> make_transfer(ClientServices services,
                                                   protocols::TransferRequest request, bool publishes) {
  return std::make_unique<Dial>(services, std::move(request), publishes);
}

}  // namespace eyas::srt
