#include "protocols/protocol.h"
#include "protocols/http_flv/http_flv.h"
#include "protocols/http_flv/pull.h"

namespace eyas::http_flv {
namespace {

class HttpFlv final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { http_flv::describe(schema, options_); }
  base::Status start(const protocols::Services& services) override {
    directory_ = &services.directory;
    add_routes(services.router, {options_, services.directory, statistics_, services.derivations});
    return {};
  }
  bool can_pull(const base::Url& url, const protocols::TransferOptions& options) const override {
    return protocols::http_format(url, options) == "flv";
  }
  base::Status check_transfer(protocols::Direction, const base::Url& url,
                              const protocols::TransferOptions& options) const override {
    return check_pull(url, options);
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    return std::make_unique<Pull>(std::move(request), *directory_, statistics_);
  }
  std::vector<base::Metric> metrics() const override {
    return protocols::metrics_of(kName, statistics_.list());
  }

 private:
  Options options_;
  Statistics statistics_;
  hub::Directory* directory_ = nullptr;  // from start() on
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<HttpFlv>();
}

}  // namespace eyas::http_flv
