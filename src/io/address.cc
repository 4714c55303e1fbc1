#include "io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

#include "base/number.h"

namespace eyas::io {
namespace {

base::Error invalid(std::string_view text) {
  return {base::Code::kInvalidConfig,
          "address: want HOST:PORT with a numeric host, e.g. 127.0.0.1:8080, [::1]:8080 or :8080",
          std::string(text)};
}

const sockaddr_in& as_v4(const sockaddr_storage& s) {
  return reinterpret_cast<const sockaddr_in&>(s);
}
const sockaddr_in6& as_v6(const sockaddr_storage& s) {
  return reinterpret_cast<const sockaddr_in6&>(s);
}

}  // namespace

base::Result<Address> Address::parse(std::string_view text) {
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid(text);
  std::string_view digits = text.substr(colon + 1);
  uint16_t port = 0;
  if (!base::read_number(digits, port)) return invalid(text);

  std::string host(text.substr(0, colon));
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty()) host = "::";

  Address address;
  auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    address.length = sizeof v4;
  } else if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    address.length = sizeof v6;
  } else {
    return invalid(text);
  }
  return address;
}

Address Address::local_of(int fd) {
  Address address;
  address.length = sizeof address.storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.length) != 0)
    address.length = 0;
  return address;
}

Address Address::peer_of(int fd) {
  Address address;
  address.length = sizeof address.storage;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.length) != 0)
    address.length = 0;
  return address;
}

uint16_t Address::port() const {
  if (storage.ss_family == AF_INET) return ntohs(as_v4(storage).sin_port);
  if (storage.ss_family == AF_INET6) return ntohs(as_v6(storage).sin6_port);
  return 0;
}

std::string Address::host() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET) {
    inet_ntop(AF_INET, &as_v4(storage).sin_addr, text, sizeof text);
  } else if (storage.ss_family == AF_INET6) {
    const in6_addr& ip = as_v6(storage).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&ip))
      inet_ntop(AF_INET, ip.s6_addr + 12, text, sizeof text);
    else
      inet_ntop(AF_INET6, &ip, text, sizeof text);
  }
  return text;
}

std::string Address::text() const {
  if (storage.ss_family == AF_UNIX) return "local";
  std::string name = host();
  if (name.find(':') != std::string::npos) name = "[" + name + "]";
  return name + ":" + std::to_string(port());
}

}  // namespace eyas::io
