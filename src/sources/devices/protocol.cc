#include "protocols/protocol.h"

#include "base/check.h"
#include "sources/devices/devices.h"
#include "sources/devices/pull.h"
#include "sources/devices/target.h"

namespace eyas::devices {
namespace {

class Devices final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { devices::describe(schema, options_); }
  base::Status check() const override { return devices::check(options_); }
  base::Status start(const protocols::Services& services) override {
    directory_ = &services.directory;
    workers_ = services.workers;
    return {};
  }
  bool can_pull(const base::Url& url, const protocols::TransferOptions&) const override {
    return is_device(url);
  }
  base::Status check_transfer(protocols::Direction, const base::Url& url,
                              const protocols::TransferOptions& options) const override {
    auto job = job_of(url, options, options_);
    return job ? base::Status() : job.error();
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    CHECK(workers_ != nullptr);
    auto job = job_of(request.url, request.options, options_);
    return std::make_unique<Pull>(std::move(request), *directory_, *workers_, job, statistics_);
  }
  std::vector<base::Metric> metrics() const override {
    return protocols::metrics_of(kName, statistics_.list());
  }

 private:
  Options options_;
  Statistics statistics_;
  hub::Directory* directory_ = nullptr;  // from start() on
  const worker::ProcessOptions* workers_ = nullptr;
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<Devices>();
}

}  // namespace eyas::devices
