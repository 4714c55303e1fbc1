#include "protocols/webrtc/ice/credentials.h"

#include <openssl/rand.h>

#include <array>

#include "base/check.h"

namespace eyas::webrtc {
namespace {

// Six random bits a character [RFC 8445 5.3: ice-char].
std::string random_text(size_t characters) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<uint8_t, 64> random;
  CHECK(characters <= random.size() && RAND_bytes(random.data(), static_cast<int>(characters)) == 1);
  std::string text;
  for (size_t i = 0; i < characters; ++i) text += kAlphabet[random[i] & 63];
  return text;
}

}  // namespace

IceCredentials IceCredentials::make(std::string_view ufrag_prefix) {
  return {std::string(ufrag_prefix) + random_text(kUfragCharacters), random_text(kPasswordCharacters)};
}

}  // namespace eyas::webrtc
