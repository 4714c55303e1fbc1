#include "protocols/protocol.h"

#include "protocols/data/data.h"

namespace eyas::data {
namespace {

class Data final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { data::describe(schema, options_); }
  base::Status start(const protocols::Services& services) override {
    add_routes(services.router, {options_, services.directory, statistics_});
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
  return std::make_unique<Data>();
}

}  // namespace eyas::data
