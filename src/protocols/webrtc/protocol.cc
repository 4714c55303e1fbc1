#include "protocols/protocol.h"

#include <filesystem>

#include "base/log.h"
#include "protocols/webrtc/client/dialled.h"
#include "protocols/webrtc/endpoint.h"
#include "protocols/webrtc/webrtc.h"

namespace eyas::webrtc {
namespace {

constexpr const char* kCertificateFile = "webrtc.pem";

void add_udp_metrics(const Shared& shared, std::vector<base::Metric>& metrics) {
  struct Row {
    const char* name;
    std::atomic<uint64_t> io::UdpCounters::*counter;
    uint64_t value = 0;
  };
  Row rows[] = {
      {"datagrams_in", &io::UdpCounters::datagrams_in},   {"bytes_in", &io::UdpCounters::bytes_in},
      {"truncated_in", &io::UdpCounters::truncated_in},   {"datagrams_out", &io::UdpCounters::datagrams_out},
      {"bytes_out", &io::UdpCounters::bytes_out},         {"dropped_full", &io::UdpCounters::dropped_full},
      {"dropped_error", &io::UdpCounters::dropped_error}, {"send_calls", &io::UdpCounters::sends}};
  for (Row& row : rows) {
    for (const auto& server : shared.servers) row.value += (server->udp_counters().*row.counter).load();
  }
  for (base::Metric& metric : protocols::metrics_of("webrtc_udp", rows)) metrics.push_back(std::move(metric));
}

class WebRtc final : public protocols::Protocol {
 public:
  std::string_view name() const override { return kName; }
  void describe(base::OptionSchema& schema) override { webrtc::describe(schema, options_); }
  base::Status check() const override;
  base::Status start(const protocols::Services& services) override;
  // After start(): the port is known, which TCP shares with UDP.
  std::vector<protocols::ListenPoint> listen_points() const override {
    if (!shared_ || !options_.tcp) return {};
    return {{"webrtc.listen", shared_->servers.front()->local().text(), false}};
  }
  void reload() override;
  void accept(size_t loop, std::unique_ptr<io::ByteStream> stream) override {
    shared_->servers[loop]->accept(std::move(stream));
  }
  bool can_pull(const base::Url& url, const protocols::TransferOptions& options) const override {
    return is_whep(url, options);
  }
  bool can_push(const base::Url& url, const protocols::TransferOptions& options) const override {
    return is_whip(url, options);
  }
  base::Status check_transfer(protocols::Direction, const base::Url& url,
                              const protocols::TransferOptions& options) const override {
    if (options_.listen.empty())
      return base::Error{base::Code::kInvalidConfig, "webrtc.listen is empty: WebRTC is off", {}};
    return check_dialled(url, options);
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    return std::make_unique<Dialled>(*shared_, Role::kPublish, std::move(request));
  }
  std::unique_ptr<protocols::Transfer> push(protocols::TransferRequest request) override {
    return std::make_unique<Dialled>(*shared_, Role::kPlay, std::move(request));
  }
  void drain(size_t loop) override {
    if (shared_) shared_->servers[loop]->drain();
  }
  std::vector<base::Metric> metrics() const override;

 private:
  base::Result<DtlsCertificate> load_certificate(const std::string& data_folder) const;
  base::Status open_sockets();
  base::Status load_addresses();

  Options options_;  // written on the main loop only; the servers have copies
  std::shared_ptr<Statistics> statistics_ = std::make_shared<Statistics>();
  std::shared_ptr<Shared> shared_;  // null: off
};

base::Status WebRtc::check() const {
  for (const std::string& text : options_.addresses) {
    if (auto rule = parse_address_rule(text); !rule) return rule.error();
  }
  return {};
}

base::Status WebRtc::start(const protocols::Services& services) {
  if (options_.listen.empty()) return {};
  auto certificate = load_certificate(services.data_folder);
  if (!certificate) return certificate.error();
  auto dtls = DtlsContext::make(DtlsRole::kServer, *certificate);
  if (!dtls) return dtls.error();
  auto dtls_client = DtlsContext::make(DtlsRole::kClient, *certificate);
  if (!dtls_client) return dtls_client.error();
  shared_ = std::make_shared<Shared>(services.directory, services.loops);
  shared_->derivations = services.derivations;
  shared_->statistics = statistics_;
  shared_->dtls = *dtls;
  shared_->dtls_client = *dtls_client;
  if (auto opened = open_sockets(); !opened) return opened;
  if (auto loaded = load_addresses(); !loaded) return loaded;
  add_routes(services.router, *shared_);
  return {};
}

base::Result<DtlsCertificate> WebRtc::load_certificate(const std::string& data_folder) const {
  base::WallTime now = base::system_clock().wall();
  if (!options_.certificate.empty()) return DtlsCertificate::load_or_make(options_.certificate, now);
  std::error_code ignored;  // what cannot be made cannot be written to either, and that is reported
  std::filesystem::create_directories(data_folder, ignored);
  auto kept = DtlsCertificate::load_or_make(data_folder + "/" + kCertificateFile, now);
  if (kept) return kept;
  base::log::warning("webrtc.certificate_not_kept", {{"reason", kept.error().message()}});
  return DtlsCertificate::make(now);
}

base::Status WebRtc::open_sockets() {
  std::string address = options_.listen;
  for (size_t i = 0; i < shared_->loops.size(); ++i) {
    shared_->servers.push_back(std::make_unique<Server>(*shared_, options_, i));
    auto opened = shared_->servers[i]->open(address, i == 0 ? io::Sharing::kFirst : io::Sharing::kFurther);
    if (!opened) return base::Error{opened.error().code, "webrtc.listen", opened.error().detail};
    address = shared_->servers.front()->local().text();  // port 0 has become a real one
  }
  base::log::info("webrtc.listen", {{"address", address},
                                    {"fingerprint", shared_->dtls->certificate().fingerprint()},
                                    {"segmentation", shared_->servers.front()->segmentation()}});
  return {};
}

base::Status WebRtc::load_addresses() {
  io::Endpoint local = shared_->servers.front()->local();
  auto addresses = HostAddresses::make({local.host(), local.port(), true, options_.tcp}, options_.addresses);
  if (!addresses) return addresses.error();
  shared_->addresses.store(std::make_shared<const HostAddresses>(std::move(*addresses)));
  return {};
}

void WebRtc::reload() {
  if (!shared_) return;
  if (auto loaded = load_addresses(); !loaded)
    base::log::error("webrtc.addresses_kept", {{"reason", loaded.error().message()}});
  for (size_t i = 0; i < shared_->servers.size(); ++i)
    shared_->post(i, [options = options_](Server& server) { server.set_options(options); });
}

std::vector<base::Metric> WebRtc::metrics() const {
  std::vector<base::Metric> metrics = protocols::metrics_of(kName, statistics_->list());
  if (shared_) add_udp_metrics(*shared_, metrics);
  return metrics;
}

}  // namespace

std::unique_ptr<protocols::Protocol> make() {
  return std::make_unique<WebRtc>();
}

}  // namespace eyas::webrtc
