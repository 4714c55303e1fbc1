#include "protocols/protocol.h"
#include "protocols/http_flv/http_flv.h"

namespace eyas::http_flv {
namespace {

class HttpFlv final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { http_flv::describe(schema, options_); }
  base::Status start(const protocols::Services& services) override {
    add_routes(services.router, {options_, services.directory, statistics_, services.derivations});
    return {};
  }
  std::vector<base::Metric> metrics() const override {
    return protocols::metrics_of(kName, statistics_.list());
  }

 private:
  Options options_;
  Statistics statistics_;
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<HttpFlv>();
}

}  // namespace eyas::http_flv
