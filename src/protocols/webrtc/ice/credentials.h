// ICE's short-term credentials [RFC 8445 5.3].
#pragma once

#include <string>
#include <string_view>

namespace eyas::webrtc {

struct IceCredentials {
  std::string ufrag;
  std::string password;

  // Unguessable: 24 bits more than the least for the ufrag, 144 bits for the password. `ufrag_prefix` must be
  // of ICE's characters (letters, digits, '+', '/').
  static IceCredentials make(std::string_view ufrag_prefix = {});
  bool operator==(const IceCredentials&) const = default;
};

}  // namespace eyas::webrtc
