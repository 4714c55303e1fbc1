#include "server/discover.h"

#include <cstdio>

#include "api/discover.h"
#include "base/utf8.h"
#include "io/dial.h"
#include "io/loop.h"

namespace eyas::server {
namespace {

// What a stranger says goes to a terminal: without control characters.
std::string plain(const std::string& text) {
  std::string quoted = base::json_quoted(text);
  return quoted.substr(1, quoted.size() - 2);
}

void print(const onvif::Camera& camera) {
  std::string what = camera.information.manufacturer + ' ' + camera.information.model;
  std::printf("%s  %s  %s\n", plain(camera.address).c_str(), plain(camera.name).c_str(), plain(what).c_str());
  for (const onvif::Profile& profile : camera.profiles) {
    std::printf("  %-12s %-5s %ux%u %g/s  %s\n", plain(profile.name).c_str(), plain(profile.encoding).c_str(),
                profile.width, profile.height, profile.frame_rate, plain(profile.uri).c_str());
  }
  if (!camera.error.empty()) std::printf("  %s\n", plain(camera.error).c_str());
}

}  // namespace

int discover(const Config& config, const onvif::DiscoveryRequest& request, bool as_json) {
  auto checked = request.check();
  auto policy = io::DialPolicy::make(config.transfers.dial_allow);
  if (!checked || !policy) {
    const base::Error& error = checked ? policy.error() : checked.error();
    std::fprintf(stderr, "eyas: %s\n", error.message().c_str());
    return 1;
  }
  io::Loop loop;
  io::Dialer dialer(*policy);
  onvif::Discovery::Found found;
  onvif::Discovery search(loop, dialer, request, [&](onvif::Discovery::Found all) {
    found = std::move(all);
    loop.stop();
  });
  loop.run();
  for (const std::string& problem : found.problems) std::fprintf(stderr, "eyas: %s\n", problem.c_str());
  if (as_json)
    std::puts(api::discovery_json(found).c_str());
  else
    for (const onvif::Camera& camera : found.cameras) print(camera);
  return found.cameras.empty() ? 1 : 0;
}

}  // namespace eyas::server
