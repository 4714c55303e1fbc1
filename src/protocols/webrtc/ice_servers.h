// ICE servers that peers are told in Link headers [RFC 9725 4.6].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "protocols/webrtc/options.h"

namespace eyas::webrtc {

struct TurnCredentials {
  std::string username;  // "1700003600:webrtc-12": when they expire, in Unix seconds, and whose they are
  std::string password;
};
// As coturn's use-auth-secret checks them: the password is the user name's HMAC-SHA1 in base64.
TurnCredentials turn_credentials(std::string_view secret, std::string_view session, base::WallTime expires);

// One Link value for each URL of the options; with credentials for turn: and turns:.
std::vector<std::string> ice_server_links(const TurnOptions& options, std::string_view session,
                                          base::WallTime now);

}  // namespace eyas::webrtc
