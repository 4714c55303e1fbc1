#include "protocols/protocol.h"

#include "protocols/dash/dash.h"

namespace eyas::dash {
namespace {

class Dash final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { dash::describe(schema, options_); }
  base::Status start(const protocols::Services& services) override {
    std::vector<io::Executor*> loops(services.loops.begin(), services.loops.end());
    server_ = std::make_unique<Server>(services.directory, std::move(loops), options_, services.derivations);
    server_->register_routes(services.router);
    server_->start();
    return {};
  }
  void drain(size_t loop) override {
    // It goes through the loops by itself: once is enough.
    if (loop == 0) server_->drain();
  }
  std::vector<base::Metric> metrics() const override {
    return protocols::metrics_of(kName, server_->statistics().list());
  }

 private:
  Options options_;
  std::unique_ptr<Server> server_;
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<Dash>();
}

}  // namespace eyas::dash
