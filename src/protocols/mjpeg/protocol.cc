#include "protocols/protocol.h"

#include "protocols/mjpeg/mjpeg.h"

namespace eyas::mjpeg {
namespace {

class Mjpeg final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { mjpeg::describe(schema, options_); }
  base::Status start(const protocols::Services& services) override {
    // Without workers there are no pictures.
    if (services.pictures == nullptr) return {};
    audience_ = std::make_unique<Audience>(services.directory);
    add_routes(services.router, options_, *services.pictures, *audience_, statistics_);
    return {};
  }
  std::vector<base::Metric> metrics() const override {
    return protocols::metrics_of(kName, statistics_.list());
  }

 private:
  Options options_;
  Statistics statistics_;
  std::unique_ptr<Audience> audience_;
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<Mjpeg>();
}

}  // namespace eyas::mjpeg
