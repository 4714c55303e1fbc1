#include "protocols/protocol.h"

#include "hub/name.h"
#include "protocols/mpegts_udp/mpegts_udp.h"
#include "protocols/mpegts_udp/pull.h"
#include "protocols/mpegts_udp/push.h"
#include "protocols/mpegts_udp/viewer.h"

namespace eyas::mpegts_udp {
namespace {

class MpegTs final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { mpegts_udp::describe(schema, options_); }
  base::Status start(const protocols::Services& services) override {
    parts_.emplace(Parts{options_, services.directory, statistics_, services.derivations});
    add_routes(services.router, *parts_);
    return {};
  }
  bool can_pull(const base::Url& url, const protocols::TransferOptions& options) const override {
    return carrier_of(url, options).has_value();
  }
  bool can_push(const base::Url& url, const protocols::TransferOptions& options) const override {
    auto carrier = carrier_of(url, options);
    return carrier && *carrier != Carrier::kHttp;
  }
  base::Status check_transfer(protocols::Direction direction, const base::Url& url,
                              const protocols::TransferOptions& options) const override {
    if (direction == protocols::Direction::kPull) {
      const auto target = pull_target(url, options);
      return target ? base::Status() : target.error();
    }
    const auto target = push_target(url, options);
    return target ? base::Status() : target.error();
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    return make_pull(*parts_, std::move(request));
  }
  std::unique_ptr<protocols::Transfer> push(protocols::TransferRequest request) override {
    return make_push(*parts_, std::move(request));
  }
  std::vector<base::Metric> metrics() const override {
    return protocols::metrics_of(kName, statistics_.list());
  }

 private:
  Options options_;
  Statistics statistics_;
  std::optional<Parts> parts_;  // since start()
};

}  // namespace

void add_routes(http::Router& router, const Parts& parts) {
  auto handler = [parts](http::RequestPtr request, http::Exchange exchange) {
    base::Result<hub::StreamName> name =
        hub::StreamName::parse(request->param("app"), request->param("name"));
    if (!name) return exchange.respond(http::Response::error(404, "not_found", name.error().message()));
    std::make_shared<Viewer>(parts, std::move(request), std::move(exchange), *name)->start();
  };
  router.add(http::Method::kGet, "/{app}/{name}.ts", handler,
             {.cors = http::Cors::kAny, .body_bytes_max = 0});
}

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<MpegTs>();
}

}  // namespace eyas::mpegts_udp
