// Multicast groups: joining one, also for one source only, and the way by which datagrams to groups leave.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "io/endpoint.h"

namespace eyas::io {

// 224.0.0.0/4, ff00::/8.
bool is_multicast(const Endpoint& endpoint);

struct MulticastGroup {
  Endpoint group;                  // its address and port
  std::optional<Endpoint> source;  // only what it sends [RFC 3569]; its port does not matter
  std::string interface;           // "eth0", or an address of ours; empty: the one that the routes choose
};

// Joins until the socket is closed. Errors: kInvalidConfig (the interface is not there, the families differ),
// kSystem.
base::Status join_group(int fd, const MulticastGroup& group);

// How datagrams to groups of this family leave. `hops`: 1 stays on the link. Errors: as join_group().
base::Status send_to_groups_by(int fd, bool v6, const std::string& interface, unsigned hops);

}  // namespace eyas::io
