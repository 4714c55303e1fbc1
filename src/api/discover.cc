#include "api/discover.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/answers.h"
#include "api/json_text.h"
#include "base/log.h"

namespace eyas::api {
namespace {

using base::Code;
using base::Error;
using nlohmann::json;

constexpr size_t kBodyBytesMax = 16 * 1024;

json profile_json(const onvif::Profile& profile) {
  return {{"token", profile.token},
          {"name", profile.name},
          {"encoding", profile.encoding},
          {"width", profile.width},
          {"height", profile.height},
          {"frame_rate", profile.frame_rate},
          {"bitrate_kbps", profile.bitrate_kbps},
          {"url", profile.uri}};
}

Error malformed(const char* what) {
  return {Code::kMalformed, what, {}};
}

base::Result<std::vector<std::string>> texts_of(const json& body, const char* key) {
  std::vector<std::string> out;
  if (!body.contains(key)) return out;
  if (!body[key].is_array()) return malformed("discover: hosts and interfaces are lists of texts");
  for (const json& one : body[key]) {
    if (!one.is_string()) return malformed("discover: hosts and interfaces are lists of texts");
    out.push_back(one.get<std::string>());
  }
  return out;
}

base::Result<onvif::DiscoveryRequest> request_of(std::string_view text) {
  json body = text.empty() ? json::object() : json::parse(text, nullptr, false);
  if (!body.is_object()) return malformed("discover: want a JSON object");
  for (const auto& [key, value] : body.items()) {
    bool known =
        key == "wait_ms" || key == "user" || key == "password" || key == "hosts" || key == "interfaces";
    if (!known) return malformed("discover: wait_ms, user, password, hosts and interfaces are known");
    bool is_text = key == "user" || key == "password";
    if ((is_text && !value.is_string()) || (key == "wait_ms" && !value.is_number_unsigned()))
      return malformed("discover: wait_ms is a whole number, user and password are texts");
  }
  onvif::DiscoveryRequest request;
  if (body.contains("wait_ms"))
    request.wait = std::chrono::milliseconds(std::min<uint64_t>(body["wait_ms"].get<uint64_t>(), 3'600'000));
  request.login = {body.value("user", ""), body.value("password", "")};
  auto hosts = texts_of(body, "hosts");
  if (!hosts) return hosts.error();
  auto interfaces = texts_of(body, "interfaces");
  if (!interfaces) return interfaces.error();
  request.hosts = *std::move(hosts);
  request.interfaces = *std::move(interfaces);
  if (auto checked = request.check(); !checked) return checked.error();
  return request;
}

http::Response answer_of(const base::Result<std::string>& result) {
  return result ? http::Response::json(*result) : refusal(result.error());
}

}  // namespace

std::string discovery_json(const onvif::Discovery::Found& found) {
  json cameras = json::array();
  for (const onvif::Camera& camera : found.cameras) {
    json profiles = json::array();
    for (const onvif::Profile& profile : camera.profiles) profiles.push_back(profile_json(profile));
    cameras.push_back({{"address", camera.address},
                       {"name", camera.name},
                       {"hardware", camera.hardware},
                       {"location", camera.location},
                       {"manufacturer", camera.information.manufacturer},
                       {"model", camera.information.model},
                       {"firmware", camera.information.firmware},
                       {"profiles", std::move(profiles)},
                       {"error", camera.error}});
  }
  return json_text(
      {{"cameras", std::move(cameras)}, {"left_out", found.left_out}, {"problems", found.problems}});
}

void Discoveries::start(onvif::DiscoveryRequest request, Done done) {
  if (search_) {
    ++counters_.searches_refused;
    return done(Error{Code::kLimit, "discover: a search is under way", {}});
  }
  ++counters_.searches;
  auto finished = [this, done = std::move(done)](onvif::Discovery::Found found) mutable {
    counters_.cameras += found.cameras.size();
    counters_.cameras_left_out += found.left_out;
    counters_.cameras_unanswered += static_cast<uint64_t>(
        std::ranges::count_if(found.cameras, [](const auto& camera) { return !camera.error.empty(); }));
    base::log::info("discover.done", {{"cameras", found.cameras.size()}, {"left_out", found.left_out}});
    // Not now: this is a call of the search.
    loop_.defer([this] { search_.reset(); });
    done(discovery_json(found));
  };
  search_ = std::make_unique<onvif::Discovery>(loop_, dialer_, std::move(request), std::move(finished));
}

void Discoveries::register_route(http::Router& router) {
  http::RouteOptions options;
  options.body_bytes_max = kBodyBytesMax;
  auto handle = [this](http::RequestPtr request, http::Exchange exchange) {
    if (!brings_json(*request, exchange)) return;
    auto wanted = request_of(base::as_text(request->body));
    if (!wanted) {
      ++counters_.searches_refused;
      return exchange.respond(answer_of(wanted.error()));
    }
    base::log::info("api.discover", {{"peer", request->peer}});
    loop_.post([this, wanted = *std::move(wanted), exchange, &home = exchange.executor()]() mutable {
      start(std::move(wanted), [exchange, &home](base::Result<std::string> result) {
        home.post([exchange, result = std::move(result)]() mutable { exchange.respond(answer_of(result)); });
      });
    });
  };
  router.add(http::Method::kPost, "/api/v1/discover", handle, options);
}

std::vector<base::Metric> Discoveries::metrics() const {
  struct Row {
    const char* name;
    const char* help;
    const std::atomic<uint64_t>& value;
  };
  const Row rows[] = {
      {"eyas_discover_searches_total", "Searches for cameras", counters_.searches},
      {"eyas_discover_searches_refused_total", "Searches that were refused: malformed, or one was under way",
       counters_.searches_refused},
      {"eyas_discover_cameras_total", "Cameras found", counters_.cameras},
      {"eyas_discover_cameras_unanswered_total", "Cameras found that did not tell all of themselves",
       counters_.cameras_unanswered},
      {"eyas_discover_cameras_left_out_total", "Cameras beyond what one search takes",
       counters_.cameras_left_out},
  };
  std::vector<base::Metric> out;
  for (const Row& row : rows) {
    auto value = static_cast<double>(row.value.load(std::memory_order_relaxed));
    out.push_back({row.name, row.help, base::Metric::Kind::kCounter, value, {}});
  }
  return out;
}

}  // namespace eyas::api
