#include "sources/onvif/probe_socket.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "io/endpoint.h"

namespace eyas::onvif {
namespace {

constexpr const char* kGroup = "239.255.255.250:3702";  // [WS-DD 2.4]

base::Error system_error(const char* context, const std::string& address) {
  return {base::Code::kSystem, context, address + ": " + std::strerror(errno)};
}

std::string random_uuid() {
  std::random_device random;
  char text[40];
  auto word = [&] { return static_cast<unsigned>(random()); };
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-a%03x-%08x%04x", word(), word() & 0xFFFF, word() & 0xFFF,
                word() & 0xFFF, word(), word() & 0xFFFF);
  return text;
}

}  // namespace

base::Result<std::unique_ptr<ProbeSocket>> ProbeSocket::open(io::Loop& loop, const std::string& address,
                                                             OnMatch on_match) {
  auto here = io::Endpoint::parse(address + ":0");
  auto group = io::Endpoint::parse(kGroup);
  if (!here || here->is_v6() || !group)
    return base::Error{base::Code::kInvalidConfig, "discover: an IPv4 address of ours is wanted", address};
  int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return system_error("discover: socket", address);
  std::unique_ptr<ProbeSocket> probe(new ProbeSocket(loop, fd, std::move(on_match)));
  if (::bind(fd, &here->any, here->length()) != 0) return system_error("discover: bind", address);
  std::string message = probe_message(random_uuid());
  for (int i = 0; i < 2; ++i) {
    if (::sendto(fd, message.data(), message.size(), 0, &group->any, group->length()) < 0)
      return system_error("discover: send", address);
  }
  return probe;
}

ProbeSocket::ProbeSocket(io::Loop& loop, int fd, OnMatch on_match)
    : loop_(loop), fd_(fd), on_match_(std::move(on_match)) {
  loop_.watch(fd_, EPOLLIN, *this);
}

ProbeSocket::~ProbeSocket() {
  loop_.unwatch(fd_, *this);
  ::close(fd_);
}

void ProbeSocket::on_fd(uint32_t) {
  static_assert(kDatagramBytesMax <= io::Loop::kReadBufferBytes);
  while (true) {
    ssize_t size = ::recv(fd_, loop_.read_buffer(), kDatagramBytesMax, 0);
    if (size < 0) return;
    if (++datagrams_ > kDatagramsMax) continue;
    for (ProbeMatch& match : parse_probe_matches({loop_.read_buffer(), static_cast<size_t>(size)}))
      on_match_(std::move(match));
  }
}

std::vector<std::string> interface_addresses() {
  std::vector<std::string> out;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return out;
  for (ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    constexpr unsigned kWanted = IFF_UP | IFF_MULTICAST;
    bool usable = one->ifa_addr != nullptr && one->ifa_addr->sa_family == AF_INET &&
                  (one->ifa_flags & kWanted) == kWanted && (one->ifa_flags & IFF_LOOPBACK) == 0;
    if (!usable) continue;
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text, sizeof text) != nullptr) out.emplace_back(text);
  }
  ::freeifaddrs(list);
  return out;
}

}  // namespace eyas::onvif
