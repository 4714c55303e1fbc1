#include "sources/onvif/discovery.h"

#include <algorithm>
#include <utility>

namespace eyas::onvif {
namespace {

http::ClientOptions client_options() {
  http::ClientOptions options;
  options.tls_verify = false;  // cameras have certificates that nobody signed
  options.connect_timeout = std::chrono::seconds(5);
  options.response_timeout = std::chrono::seconds(5);
  options.fetch_timeout = std::chrono::seconds(8);
  options.fetch_bytes_max = 256 * 1024;
  options.redirects_max = 1;
  return options;
}

std::string device_address(const std::string& host) {
  return "http://" + host + "/onvif/device_service";  // [ONVIF Core 5.1.1]
}

}  // namespace

base::Status DiscoveryRequest::check() const {
  using base::Code;
  using base::Error;
  if (wait < base::Duration::zero() || wait > kWaitMax)
    return Error{Code::kInvalidConfig, "discover: wait is 0 to 10 seconds", {}};
  if (hosts.size() > kHostsMax) return Error{Code::kInvalidConfig, "discover: at most 64 hosts", {}};
  for (const std::string& host : hosts) {
    auto url = base::Url::parse(device_address(host));
    bool plain = url && url->user.empty() && url->path == "/onvif/device_service" && url->query.empty();
    if (!plain)
      return Error{Code::kInvalidConfig, "discover: a host is a name or an address, and a port", {}};
  }
  return {};
}

Discovery::Discovery(io::Loop& loop, io::Dialer& dialer, DiscoveryRequest request,
                     base::UniqueFunction<void(Found)> done)
    : loop_(loop),
      request_(std::move(request)),
      done_(std::move(done)),
      client_(loop, dialer, client_options()) {
  for (const std::string& host : request_.hosts) {
    Camera camera;
    camera.address = device_address(host);
    add(std::move(camera), camera.address);
  }
  if (request_.hosts.empty() || !request_.interfaces.empty()) probe();
  base::Duration wait = sockets_.empty() ? base::Duration::zero() : request_.wait;
  wait_timer_ = loop_.after(wait, [this] {
    listening_ = false;
    finish_if_done();
  });
}

Discovery::~Discovery() = default;

void Discovery::probe() {
  auto addresses = request_.interfaces.empty() ? interface_addresses() : request_.interfaces;
  for (const std::string& address : addresses) {
    auto socket = ProbeSocket::open(loop_, address, [this](ProbeMatch match) { on_match(std::move(match)); });
    if (socket)
      sockets_.push_back(*std::move(socket));
    else
      found_.problems.push_back(socket.error().message());
  }
}

// The first address that we can dial to: http before https, IPv4 before IPv6.
void Discovery::on_match(ProbeMatch match) {
  if (!listening_) return;
  auto score = [](const std::string& address) {
    return (address.starts_with("http://") ? 0 : 2) + (address.find('[') == std::string::npos ? 0 : 1);
  };
  auto best = std::min_element(match.addresses.begin(), match.addresses.end(),
                               [&](const auto& a, const auto& b) { return score(a) < score(b); });
  Camera camera;
  camera.address = *best;
  camera.name = std::move(match.name);
  camera.hardware = std::move(match.hardware);
  camera.location = std::move(match.location);
  add(std::move(camera), match.endpoint.empty() ? *best : match.endpoint);
}

void Discovery::add(Camera camera, std::string key) {
  if (seen_.contains(key)) return;  // over another interface, or to the second probe
  if (seen_.size() >= kCamerasMax) {
    ++found_.left_out;
    return;
  }
  seen_[std::move(key)] = camera.address;
  waiting_.push_back(std::move(camera));
  ask_next();
}

void Discovery::ask_next() {
  while (!waiting_.empty() && queries_.size() < kQueriesMax) {
    Camera camera = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    std::string address = camera.address;
    auto device = base::Url::parse(address);
    bool asked = device && (device->scheme == "http" || device->scheme == "https");
    if (!asked || queries_.contains(address)) {
      if (!asked) camera.error = "its address cannot be asked";
      found_.cameras.push_back(std::move(camera));
      continue;
    }
    Query& query = queries_[address];
    Camera unanswered = camera;
    query.query = std::make_unique<CameraQuery>(
        client_, loop_.clock(), std::move(camera), *device, request_.login,
        [this, address](Camera answer) { answered(address, std::move(answer)); });
    unanswered.error = "it did not answer in time";
    query.limit = loop_.after(kQueryTimeout, [this, address, unanswered] { answered(address, unanswered); });
  }
}

void Discovery::answered(const std::string& address, Camera camera) {
  found_.cameras.push_back(std::move(camera));
  // Behind the query's own call and its timer's.
  loop_.defer([this, alive = std::weak_ptr(alive_), address] {
    if (alive.expired() || queries_.erase(address) == 0) return;
    ask_next();
    finish_if_done();
  });
}

void Discovery::finish_if_done() {
  if (listening_ || !queries_.empty() || !waiting_.empty() || !done_) return;
  std::sort(found_.cameras.begin(), found_.cameras.end(),
            [](const Camera& a, const Camera& b) { return a.address < b.address; });
  // The owner may destroy us inside.
  auto done = std::move(done_);
  done(std::move(found_));
}

}  // namespace eyas::onvif
