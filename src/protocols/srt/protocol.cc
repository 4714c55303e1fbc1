#include "protocols/protocol.h"

#include <atomic>
#include <mutex>

#include "base/log.h"
#include "protocols/srt/client.h"
#include "protocols/srt/listener.h"
#include "protocols/srt/options.h"
#include "protocols/srt/server.h"
#include "protocols/srt/srt.h"
#include "protocols/srt/wire/stream_id.h"

namespace eyas::srt {
namespace {

class Srt final : public protocols::Protocol, Gate {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { srt::describe(schema, options_); }
  base::Status check() const override { return srt::check(options_); }

  base::Status start(const protocols::Services& services) override {
    directory_ = &services.directory;
    derivations_ = services.derivations;
    loops_ = &services.loops;
    servers_.resize(loops_->size());
    drained_.resize(loops_->size());
    if (options_.listen.empty()) return {};
    auto bell = Doorbell::open(*loops_->front(), options_.listen, [this](int udp) { open(udp); });
    if (!bell) return bell.error();
    doorbell_ = std::move(*bell);
    return {};
  }

  std::vector<protocols::ListenPoint> own_listen_points() const override {
    return {{"srt.listen", doorbell_ ? doorbell_->address() : "", false}};
  }

  void drain(size_t loop) override {
    if (loop == 0) doorbell_.reset(), listener_.reset();
    drained_[loop] = 1;
    if (servers_[loop]) servers_[loop]->drain();
  }

  bool can_pull(const base::Url& url, const protocols::TransferOptions&) const override {
    return url.scheme == "srt";
  }
  bool can_push(const base::Url& url, const protocols::TransferOptions&) const override {
    return url.scheme == "srt";
  }
  base::Status check_transfer(protocols::Direction, const base::Url& url,
                              const protocols::TransferOptions& options) const override {
    auto call = read_call(url, options, options_);
    return call ? base::Status{} : call.error();
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    return make_transfer(services(), std::move(request), true);
  }
  std::unique_ptr<protocols::Transfer> push(protocols::TransferRequest request) override {
    return make_transfer(services(), std::move(request), false);
  }

  std::vector<base::Metric> metrics() const override {
    return protocols::metrics_of(kName, statistics_.list());
  }

 private:
  ClientServices services() { return {*directory_, poller(), statistics_, options_, derivations_}; }

  // libsrt starts with the first who needs it.
  Poller& poller() {
    std::call_once(poller_once_, [this] { poller_ = std::make_unique<Poller>(); });
    return *poller_;
  }

  // On the first loop: somebody knocked.
  void open(int udp) {
    SocketSettings settings;
    settings.latency = options_.latency;
    settings.passphrase = options_.passphrase;
    settings.peer_idle_timeout = options_.peer_idle_timeout;
    auto opened =
        Listener::open(poller(), settings, udp, *this, [this](Socket peer) { deal(std::move(peer)); });
    if (!opened) return base::log::error("srt.listen_failed", {{"why", opened.error().message()}});
    listener_ = std::move(*opened);
  }

  // On the poller's thread: peers go to the loops in turn.
  void deal(Socket peer) {
    const size_t loop = next_loop_.fetch_add(1, std::memory_order_relaxed) % loops_->size();
    (*loops_)[loop]->post([this, loop, peer = std::move(peer)]() mutable {
      if (drained_[loop] != 0) return;
      if (!servers_[loop]) {
        servers_[loop] = std::make_unique<Server>(options_, *directory_, *(*loops_)[loop], poller(),
                                                  statistics_, derivations_);
      }
      servers_[loop]->accept(std::move(peer));
    });
  }

  // On a thread of libsrt's: who is turned away here is told why.
  int judge(const std::string& peer, std::string_view text) override {
    auto id = parse_stream_id(text);
    auto name = id ? hub::StreamName::parse(id->resource) : base::Result<hub::StreamName>(id.error());
    if (!name) {
      statistics_.refused_stream_id.fetch_add(1, std::memory_order_relaxed);
      base::log::warning("srt.refused", {{"peer", peer}, {"reason", name.error().message()}});
      return kTurnBadRequest;
    }
    if (statistics_.sessions_open.load(std::memory_order_relaxed) < options_.sessions_max) return 0;
    statistics_.limit_sessions.fetch_add(1, std::memory_order_relaxed);
    base::log::warning("srt.refused", {{"peer", peer}, {"reason", "srt.sessions_max is reached"}});
    return kTurnOverload;
  }

  Options options_;  // const after start
  hub::Directory* directory_ = nullptr;
  hub::Derivations* derivations_ = nullptr;
  const std::vector<io::Loop*>* loops_ = nullptr;
  Statistics statistics_;
  std::once_flag poller_once_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<Doorbell> doorbell_;
  std::vector<std::unique_ptr<Server>> servers_;  // one per loop, made on it
  std::vector<char> drained_;                     // each on its loop
  std::shared_ptr<Listener> listener_;            // dies before what it calls
  std::atomic<size_t> next_loop_{0};
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<Srt>();
}

}  // namespace eyas::srt
