// CameraQuery: asks one camera what it is, and where its streams are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "base/url.h"
#include "http/client.h"
#include "sources/onvif/messages.h"

namespace eyas::onvif {

struct Camera {
  std::string address;  // of its device service, as it was reached
  std::string name;     // of its scopes
  std::string hardware;
  std::string location;
  Information information;
  std::vector<Profile> profiles;
  std::string error;  // why it tells less than this; empty: it told all
};

// The login goes to the host that was asked, and to no other. Lives on its client's loop; its death ends it.
class CameraQuery {
 public:
  // `done` once, from the loop, never inside the call.
  CameraQuery(http::Client& client, const base::Clock& clock, Camera camera, base::Url device, Login login,
              base::UniqueFunction<void(Camera)> done);

 private:
  using Take = base::UniqueFunction<base::Status(base::Bytes answer)>;

  void ask(const base::Url& service, const std::string& body, bool signed_request, Take take,
           void (CameraQuery::*next)());
  void answered(base::Result<http::ClientResponse> response, Take take, void (CameraQuery::*next)());
  void ask_information();
  void ask_capabilities();
  void ask_profiles();
  void ask_next_uri();
  void finish();

  http::Client& client_;
  const base::Clock& clock_;
  Camera camera_;
  base::Url device_;
  base::Url media_;
  Login login_;
  base::UniqueFunction<void(Camera)> done_;
  base::Duration clock_ahead_{0};  // the camera's clock, beyond ours
  size_t uris_ = 0;                // profiles whose address was asked for
  std::shared_ptr<void> fetch_;
};

}  // namespace eyas::onvif
