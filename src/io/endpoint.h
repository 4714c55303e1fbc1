// Endpoint: an IPv4 or IPv6 address with its port, small enough to be a key.
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace eyas::io {

// Trivially copyable. An IPv4 peer of a dual-stack socket keeps the mapped form that the socket sends to; its
// text is the IPv4 one.
struct Endpoint {
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };

  Endpoint() : v6{} { any.sa_family = AF_UNSPEC; }

  // "127.0.0.1:8189", "[::1]:8189". Errors: kInvalidConfig, saying what is allowed.
  static base::Result<Endpoint> parse(std::string_view text);

  bool is_v6() const { return any.sa_family == AF_INET6; }
  socklen_t length() const { return is_v6() ? sizeof v6 : sizeof v4; }
  uint16_t port() const { return ntohs(is_v6() ? v6.sin6_port : v4.sin_port); }
  std::string host() const;  // "127.0.0.1", "::1"
  std::string text() const;  // "127.0.0.1:8189", "[::1]:8189"
  size_t hash() const;
  // What STUN's XOR-MAPPED-ADDRESS tells: 4 bytes (also of a mapped address) or 16.
  std::span<const uint8_t> address_bytes() const;

  bool operator==(const Endpoint& other) const;
};
static_assert(sizeof(Endpoint) == 28);

// One of this machine's addresses: where a datagram came to, and its answer leaves from. Trivially copyable.
// Unspecified, the kernel chooses by its routes, which is wrong for whoever asked at another of our
// addresses.
struct LocalAddress {
  sa_family_t family = AF_UNSPEC;
  uint32_t interface = 0;  // of a link-local address, which is one only together with it
  std::array<uint8_t, 16> bytes{};

  bool operator==(const LocalAddress&) const = default;
};

struct EndpointHash {
  size_t operator()(const Endpoint& endpoint) const { return endpoint.hash(); }
};

}  // namespace eyas::io
