// The session keys of one direction, derived from its master key [RFC 3711 4.3].
#pragma once

#include <array>
#include <cstdint>

#include "protocols/webrtc/srtp/srtp.h"

namespace eyas::webrtc {

enum class SrtpUse : uint8_t { kRtp, kRtcp };

// Wiped when it dies.
struct SrtpSessionKeys {
  std::array<uint8_t, kSrtpKeyBytes> cipher{};
  std::array<uint8_t, 20> auth{};  // AES-CM only
  std::array<uint8_t, 14> salt{};  // GCM: the first twelve bytes

  SrtpSessionKeys() = default;
  SrtpSessionKeys(const SrtpSessionKeys&) = default;
  SrtpSessionKeys& operator=(const SrtpSessionKeys&) = default;
  ~SrtpSessionKeys();
};

// Key derivation rate zero: one set for the life of the session [RFC 3711 4.3.1, RFC 7714 11].
SrtpSessionKeys derive_session_keys(SrtpProfile profile, const SrtpKey& master, SrtpUse use);

}  // namespace eyas::webrtc
