#include "protocols/protocol.h"

#include "protocols/hls/hls.h"
#include "protocols/hls/pull.h"

namespace eyas::hls {
namespace {

class Hls final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { hls::describe(schema, options_); }
  base::Status check() const override { return hls::check(options_); }
  base::Status start(const protocols::Services& services) override {
    std::vector<io::Executor*> loops(services.loops.begin(), services.loops.end());
    directory_ = &services.directory;
    server_ = std::make_unique<Server>(services.directory, std::move(loops), options_, services.derivations);
    server_->register_routes(services.router);
    server_->start();
    return {};
  }
  void drain(size_t loop) override {
    // It goes through the loops by itself: once is enough.
    if (loop == 0) server_->drain();
  }
  bool can_pull(const base::Url& url, const protocols::TransferOptions& options) const override {
    return protocols::http_format(url, options) == "hls";
  }
  base::Status check_transfer(protocols::Direction, const base::Url& url,
                              const protocols::TransferOptions& options) const override {
    return check_pull(url, options);
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    return std::make_unique<Pull>(std::move(request), *directory_, pulls_);
  }
  std::vector<base::Metric> metrics() const override {
    std::vector<base::Metric> metrics = protocols::metrics_of(kName, server_->statistics().list());
    std::vector<base::Metric> of_pulls = protocols::metrics_of(kName, pulls_.list());
    metrics.insert(metrics.end(), of_pulls.begin(), of_pulls.end());
    return metrics;
  }

 private:
  Options options_;
  std::unique_ptr<Server> server_;
  hub::Directory* directory_ = nullptr;  // from start() on
  PullStatistics pulls_;
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<Hls>();
}

}  // namespace eyas::hls
