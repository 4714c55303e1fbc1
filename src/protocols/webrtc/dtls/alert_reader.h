// AlertReader: reads the alerts of an established association without OpenSSL's object for it, which holds 40
// KiB.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

struct ssl_st;

namespace eyas::webrtc {

// The peer's write key of an AES-128-GCM association [RFC 5288]. Wiped when it dies.
class AlertReader {
 public:
  struct Alert {
    bool fatal = false;
    uint8_t description = 0;  // 0: close_notify [RFC 5246 7.2]
  };

  // Of an association whose handshake is complete; nullopt when it has another cipher.
  static std::optional<AlertReader> of(ssl_st* ssl);
  AlertReader(const AlertReader&) = default;
  AlertReader& operator=(const AlertReader&) = default;
  ~AlertReader();

  // The first authentic alert that ends the association, if a record of this datagram is one.
  std::optional<Alert> read(base::Bytes datagram) const;

 private:
  AlertReader() = default;
  std::optional<Alert> open(base::Bytes header, base::Bytes fragment) const;

  std::array<uint8_t, 16> key_{};
  std::array<uint8_t, 4> iv_{};
};

}  // namespace eyas::webrtc
