#include "protocols/protocol.h"

#include "base/check.h"
#include "protocols/mjpeg/mjpeg.h"
#include "protocols/mjpeg/pull.h"

namespace eyas::mjpeg {
namespace {

class Mjpeg final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { mjpeg::describe(schema, options_); }
  base::Status start(const protocols::Services& services) override {
    // Without workers there are no pictures.
    if (services.pictures == nullptr) return {};
    directory_ = &services.directory;
    pictures_ = services.pictures;
    audience_ = std::make_unique<Audience>(services.directory, *services.loops.front());
    add_routes(services.router, options_, *services.pictures, *audience_, statistics_);
    return {};
  }
  bool can_pull(const base::Url& url, const protocols::TransferOptions& options) const override {
    return protocols::http_format(url, options) == "mjpeg";
  }
  base::Status check_transfer(protocols::Direction, const base::Url& url,
                              const protocols::TransferOptions& options) const override {
    return check_pull(url, options);
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    CHECK(pictures_ != nullptr);
    return std::make_unique<Pull>(std::move(request), *directory_, *pictures_, statistics_);
  }
  std::vector<base::Metric> metrics() const override {
    return protocols::metrics_of(kName, statistics_.list());
  }

 private:
  Options options_;
  Statistics statistics_;
  std::unique_ptr<Audience> audience_;
  hub::Directory* directory_ = nullptr;  // from start() on
  hub::Pictures* pictures_ = nullptr;
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<Mjpeg>();
}

}  // namespace eyas::mjpeg
