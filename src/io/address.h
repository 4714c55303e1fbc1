// Socket addresses: "127.0.0.1:8080", "[::1]:8080", ":8080" (every interface), "0.0.0.0:0" (any free port).
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace eyas::io {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  // Numeric addresses only: the server resolves no names. Errors: kInvalidConfig, saying what is allowed.
  static base::Result<Address> parse(std::string_view text);
  // Of a socket's own end, or its peer's.
  static Address local_of(int fd);
  static Address peer_of(int fd);

  uint16_t port() const;
  std::string host() const;  // "127.0.0.1", "::1"; an IPv4 peer on a dual-stack socket in its IPv4 form
  std::string text() const;  // "127.0.0.1:8080", "[::1]:8080"
};

}  // namespace eyas::io
