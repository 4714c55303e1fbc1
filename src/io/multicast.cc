#include "io/multicast.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace eyas::io {
namespace {

using base::Code;
using base::Error;
using base::Status;

Status done(int result, const char* context, const std::string& detail) {
  if (result == 0) return {};
  return Error{Code::kSystem, context, detail + ": " + std::strerror(errno)};
}

// The index of the interface with that name or that address; 0 for none.
base::Result<unsigned> interface_index(const std::string& interface) {
  if (interface.empty()) return 0u;
  if (unsigned index = if_nametoindex(interface.c_str()); index != 0) return index;
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return Error{Code::kSystem, "multicast: interfaces", std::strerror(errno)};
  std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(all, &freeifaddrs);
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    Endpoint address;
    if (each->ifa_addr->sa_family == AF_INET) {
      std::memcpy(&address.v4, each->ifa_addr, sizeof address.v4);
    } else if (each->ifa_addr->sa_family == AF_INET6) {
      std::memcpy(&address.v6, each->ifa_addr, sizeof address.v6);
    } else {
      continue;
    }
    if (address.host() == interface) return if_nametoindex(each->ifa_name);
  }
  return Error{Code::kInvalidConfig, "multicast: no interface has this name or address", interface};
}

template <typename Request>
void put(sockaddr_storage Request::*field, Request& request, const Endpoint& endpoint) {
  std::memcpy(&(request.*field), &endpoint.any, endpoint.length());
}

}  // namespace

bool is_multicast(const Endpoint& endpoint) {
  auto address = endpoint.address_bytes();
  return address.size() == 4 ? address[0] >> 4 == 0xE : !address.empty() && address[0] == 0xFF;
}

Status join_group(int fd, const MulticastGroup& group) {
  auto index = interface_index(group.interface);
  if (!index) return index.error();
  int level = group.group.is_v6() ? IPPROTO_IPV6 : IPPROTO_IP;
  if (!group.source) {
    group_req request{};
    request.gr_interface = *index;
    put(&group_req::gr_group, request, group.group);
    return done(setsockopt(fd, level, MCAST_JOIN_GROUP, &request, sizeof request), "multicast: join",
                group.group.text());
  }
  if (group.source->is_v6() != group.group.is_v6())
    return Error{Code::kInvalidConfig, "multicast: group and source are of two families",
                 group.source->host()};
  group_source_req request{};
  request.gsr_interface = *index;
  put(&group_source_req::gsr_group, request, group.group);
  put(&group_source_req::gsr_source, request, *group.source);
  return done(setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &request, sizeof request), "multicast: join",
              group.group.text() + " of " + group.source->host());
}

Status send_to_groups_by(int fd, bool v6, const std::string& interface, unsigned hops) {
  auto index = interface_index(interface);
  if (!index) return index.error();
  auto number = static_cast<int>(hops);
  int result = v6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &number, sizeof number)
                  : setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &number, sizeof number);
  if (Status status = done(result, "multicast: hops", std::to_string(hops)); !status || *index == 0)
    return status;
  ip_mreqn by{};
  by.imr_ifindex = static_cast<int>(*index);
  // Datagrams then come from that address; else from the interface's first one, of loopback another's.
  inet_pton(AF_INET, interface.c_str(), &by.imr_address);
  result = v6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &by.imr_ifindex, sizeof by.imr_ifindex)
              : setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by);
  return done(result, "multicast: interface", interface);
}

}  // namespace eyas::io
