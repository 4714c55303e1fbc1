// ICE's short-term credentials [RFC 8445 5.3].
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eyas::webrtc {

// Random characters of six bits each: 60 bits so that no two sessions share a ufrag, and 144 bits of secret
// (128 is the least).
constexpr size_t kUfragCharacters = 10;
constexpr size_t kPasswordCharacters = 24;

struct IceCredentials {
  std::string ufrag;
  std::string password;

  // Unguessable. `ufrag_prefix` must be of ICE's characters (letters, digits, '+', '/').
  static IceCredentials make(std::string_view ufrag_prefix = {});
  bool operator==(const IceCredentials&) const = default;
};

}  // namespace eyas::webrtc
