#include "protocols/protocol.h"

#include <algorithm>

#include "protocols/rtmp/client.h"
#include "protocols/rtmp/rtmp.h"

namespace eyas::rtmp {
namespace {

class Rtmp final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { rtmp::describe(schema, options_); }
  std::vector<protocols::ListenPoint> listen_points() const override {
    return {{"rtmp.listen", options_.listen, false}, {"rtmps.listen", options_.tls_listen, true}};
  }
  base::Status start(const protocols::Services& services) override {
    loops_ = &services.loops;
    parts_ = std::make_unique<ClientParts>(
        ClientParts{options_, services.directory, services.derivations, *statistics_});
    for (io::Loop* loop : services.loops) {
      servers_.push_back(
          std::make_unique<Server>(options_, services.directory, *loop, statistics_, services.derivations));
    }
    return {};
  }
  void reload() override {
    for (size_t i = 0; i < servers_.size(); ++i) {
      (*loops_)[i]->post([server = servers_[i].get(), options = options_] { server->set_options(options); });
    }
  }
  void accept(size_t loop, std::unique_ptr<io::ByteStream> stream) override {
    servers_[loop]->accept(std::move(stream));
  }
  void drain(size_t loop) override { servers_[loop]->drain(); }
  bool can_pull(const base::Url& url, const protocols::TransferOptions&) const override {
    return std::ranges::find(kUrlSchemes, url.scheme) != kUrlSchemes.end();
  }
  bool can_push(const base::Url& url, const protocols::TransferOptions& options) const override {
    return can_pull(url, options);
  }
  base::Status check_transfer(protocols::Direction, const base::Url& url,
                              const protocols::TransferOptions& options) const override {
    return check_client(url, options);
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    return std::make_unique<Client>(std::move(request), Wish::Role::kPlay, *parts_);
  }
  std::unique_ptr<protocols::Transfer> push(protocols::TransferRequest request) override {
    return std::make_unique<Client>(std::move(request), Wish::Role::kPublish, *parts_);
  }
  std::vector<base::Metric> metrics() const override {
    std::vector<base::Metric> metrics = protocols::metrics_of(kName, statistics_->list());
    for (size_t i = 0; i < statistics_->limits.size(); ++i) {
      auto limit = static_cast<Limit>(i);
      metrics.push_back({"eyas_rtmp_limit_hits_total",
                         "Times that a limit was hit, by its name.",
                         base::Metric::Kind::kCounter,
                         static_cast<double>(statistics_->hits(limit)),
                         {{"limit", limit_name(limit)}}});
    }
    return metrics;
  }

 private:
  Options options_;  // written on the main loop only; the servers have copies
  const std::vector<io::Loop*>* loops_ = nullptr;
  std::shared_ptr<Statistics> statistics_ = std::make_shared<Statistics>();
  std::vector<std::unique_ptr<Server>> servers_;  // one per loop
  std::unique_ptr<const ClientParts> parts_;      // from start() on; limits are not reloaded
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<Rtmp>();
}

}  // namespace eyas::rtmp
