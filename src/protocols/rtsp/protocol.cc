#include "protocols/protocol.h"

#include "io/address_census.h"
#include "protocols/rtsp/client/client.h"
#include "protocols/rtsp/multicast.h"
#include "protocols/rtsp/rtsp.h"

namespace eyas::rtsp {
namespace {

// "127.0.0.1:8554" -> "127.0.0.1"; "[::1]:8554" -> "::1"; ":8554" -> "".
std::string host_of(const std::string& address) {
  std::string host = address.substr(0, std::min(address.rfind(':'), address.size()));
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

class Rtsp final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override {
    rtsp::describe(schema, options_);
    rtsp::describe(schema, client_options_);
  }
  base::Status check() const override { return rtsp::check(options_); }
  std::vector<protocols::ListenPoint> listen_points() const override {
    return {{"rtsp.listen", options_.listen, false}, {"rtsps.listen", options_.tls_listen, true}};
  }
  base::Status start(const protocols::Services& services) override {
    loops_ = &services.loops;
    directory_ = &services.directory;
    pictures_ = services.pictures;
    if (auto started = start_multicast(services); !started) return started;
    for (io::Loop* loop : services.loops) {
      servers_.push_back(std::make_unique<Server>(options_, services.directory, *loop, statistics_,
                                                  open_ports_on(*loop), multicast_));
      servers_.back()->set_pictures(services.pictures);
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
    return url.scheme == "rtsp" || url.scheme == "rtsps";
  }
  bool can_push(const base::Url& url, const protocols::TransferOptions& options) const override {
    return can_pull(url, options);
  }
  base::Status check_transfer(protocols::Direction direction, const base::Url& url,
                              const protocols::TransferOptions& options) const override {
    auto plan = TransferPlan::of(url, options, direction == protocols::Direction::kPush);
    return plan ? base::Status() : plan.error();
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    return make_pull(std::move(request), client_services());
  }
  std::unique_ptr<protocols::Transfer> push(protocols::TransferRequest request) override {
    return make_push(std::move(request), client_services());
  }
  std::vector<base::Metric> metrics() const override {
    std::vector<base::Metric> metrics = protocols::metrics_of(kName, statistics_->list());
    for (const base::Metric& metric : protocols::metrics_of(kName, client_statistics_.list()))
      metrics.push_back(metric);
    for (size_t i = 0; i < statistics_->limits.size(); ++i) {
      auto limit = static_cast<Limit>(i);
      metrics.push_back({"eyas_rtsp_limit_hits_total",
                         "Times that a limit was hit, by its name.",
                         base::Metric::Kind::kCounter,
                         static_cast<double>(statistics_->hits(limit)),
                         {{"limit", limit_name(limit)}}});
    }
    return metrics;
  }

 private:
  ClientServices client_services() {
    return {*directory_, client_options_, options_.receiver, client_statistics_, pictures_};
  }
  Server::OpenPorts open_ports_on(io::Loop& loop) const {
    if (options_.udp_ports.empty()) return {};
    return [&loop, host = host_of(options_.listen), range = *parse_port_range(options_.udp_ports)] {
      return open_datagram_ports(loop, host, range);
    };
  }

  base::Status start_multicast(const protocols::Services& services) {
    if (options_.multicast_range.empty()) return {};
    Multicast::Settings settings;
    settings.range = *MulticastRange::parse(options_.multicast_range);
    settings.port = options_.multicast_port;
    settings.ttl = options_.multicast_ttl;
    io::Loop& home = *services.loops.front();
    auto ports = open_multicast_ports(home, options_.multicast_interface, options_.multicast_ttl);
    if (!ports) return ports.error();
    multicast_ = std::make_shared<Multicast>(settings, services.directory, home, *std::move(ports));
    return {};
  }

  Options options_;  // written on the main loop only; the servers have copies
  ClientOptions client_options_;
  ClientStatistics client_statistics_;
  hub::Directory* directory_ = nullptr;
  hub::Pictures* pictures_ = nullptr;
  const std::vector<io::Loop*>* loops_ = nullptr;
  std::shared_ptr<Statistics> statistics_ = std::make_shared<Statistics>();
  std::shared_ptr<Multicast> multicast_;
  std::vector<std::unique_ptr<Server>> servers_;  // one per loop
};

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<Rtsp>();
}

}  // namespace eyas::rtsp
