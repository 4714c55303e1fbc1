#include "sources/onvif/camera_query.h"

#include <array>
#include <random>
#include <utility>

namespace eyas::onvif {

using base::Status;

// DEVIATION: cameras compare a login's time with a clock that nobody set: theirs is asked for first, without
// a login, as the specification allows [ONVIF Core 5.12.1].
CameraQuery::CameraQuery(http::Client& client, const base::Clock& clock, Camera camera, base::Url device,
                         Login login, base::UniqueFunction<void(Camera)> done)
    : client_(client),
      clock_(clock),
      camera_(std::move(camera)),
      device_(std::move(device)),
      login_(std::move(login)),
      done_(std::move(done)) {
  // Some ask for HTTP's own Digest instead; the client knows that.
  device_.user = login_.user;
  device_.password = login_.password;
  auto take = [this](base::Bytes answer) -> Status {
    if (auto time = parse_time(answer)) clock_ahead_ = *time - clock_.wall();
    return {};  // one without a clock is asked by ours
  };
  ask(device_, get_time(), false, take, &CameraQuery::ask_information);
}

void CameraQuery::ask(const base::Url& service, const std::string& body, bool signed_request, Take take,
                      void (CameraQuery::*next)()) {
  std::array<uint8_t, 16> nonce{};
  std::random_device random;
  for (uint8_t& byte : nonce) byte = static_cast<uint8_t>(random());
  bool with_login = signed_request && !login_.user.empty() && service.host == device_.host;
  http::ClientRequest request;
  request.method = http::Method::kPost;
  request.url = service;
  request.headers.add("content-type", "application/soap+xml; charset=utf-8");
  request.body = base::Slice::copy_of(
      envelope(body, with_login ? &login_ : nullptr, clock_.wall() + clock_ahead_, nonce));
  fetch_ = client_.fetch(std::move(request), [this, take = std::move(take),
                                              next](base::Result<http::ClientResponse> response) mutable {
    answered(std::move(response), std::move(take), next);
  });
}

void CameraQuery::answered(base::Result<http::ClientResponse> response, Take take,
                           void (CameraQuery::*next)()) {
  Status status;
  // Faults come with 400, 401 and 500, and say more than those.
  if (!response)
    status = response.error();
  else
    status = take(response->body);
  if (!status && response && response->status == 401)
    status = base::Error{base::Code::kRefused, "onvif: the camera asks for a login", {}};
  if (status) return (this->*next)();
  camera_.error = status.error().message();
  finish();
}

void CameraQuery::ask_information() {
  auto take = [this](base::Bytes answer) -> Status {
    auto information = parse_information(answer);
    if (!information) return information.error();
    camera_.information = *std::move(information);
    return {};
  };
  ask(device_, get_information(), true, take, &CameraQuery::ask_capabilities);
}

void CameraQuery::ask_capabilities() {
  auto take = [this](base::Bytes answer) -> Status {
    auto address = parse_media_address(answer);
    if (!address) return address.error();
    auto media = base::Url::parse(*address);
    if (!media) return media.error();
    // DEVIATION: cameras behind a NAT name the address that they have there: what answered us is asked.
    media_ = device_;
    if (media->host == device_.host) media_.port = media->port;
    media_.path = media->path;
    media_.query = media->query;
    return {};
  };
  ask(device_, get_capabilities(), true, take, &CameraQuery::ask_profiles);
}

void CameraQuery::ask_profiles() {
  auto take = [this](base::Bytes answer) -> Status {
    auto profiles = parse_profiles(answer);
    if (!profiles) return profiles.error();
    camera_.profiles = *std::move(profiles);
    return {};
  };
  ask(media_, get_profiles(), true, take, &CameraQuery::ask_next_uri);
}

void CameraQuery::ask_next_uri() {
  if (uris_ == camera_.profiles.size()) return finish();
  size_t at = uris_++;
  auto take = [this, at](base::Bytes answer) -> Status {
    auto uri = parse_stream_uri(answer);
    if (!uri) return uri.error();
    camera_.profiles[at].uri = *std::move(uri);
    return {};
  };
  ask(media_, get_stream_uri(camera_.profiles[at].token), true, take, &CameraQuery::ask_next_uri);
}

void CameraQuery::finish() {
  // The owner may destroy us inside.
  auto done = std::move(done_);
  done(std::move(camera_));
}

}  // namespace eyas::onvif
