#include "protocols/webrtc/ice_servers.h"

#include "base/base64.h"
#include "protocols/webrtc/wire/hmac_sha1.h"

namespace eyas::webrtc {
namespace {

bool is_turn(std::string_view url) {
  return url.starts_with("turn:") || url.starts_with("turns:");
}

}  // namespace

TurnCredentials turn_credentials(std::string_view secret, std::string_view session, base::WallTime expires) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count();
  TurnCredentials credentials;
  credentials.username = std::to_string(seconds) + ":" + std::string(session);
  HmacSha1 hmac(base::as_bytes(secret));
  credentials.password = base::base64(hmac.tag({base::as_bytes(credentials.username)}));
  return credentials;
}

std::vector<std::string> ice_server_links(const TurnOptions& options, std::string_view session,
                                          base::WallTime now) {
  std::vector<std::string> links;
  auto credentials = turn_credentials(options.secret, session, now + std::chrono::seconds(options.ttl_s));
  for (const std::string& url : options.urls) {
    std::string link = "<" + url + ">; rel=\"ice-server\"";
    if (is_turn(url) && !options.secret.empty()) {
      link += "; username=\"" + credentials.username + "\"; credential=\"" + credentials.password +
              "\"; credential-type=\"password\"";
    }
    links.push_back(std::move(link));
  }
  return links;
}

}  // namespace eyas::webrtc
