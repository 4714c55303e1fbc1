// Addresses of transport streams: udp://239.1.1.1:5000?source=10.0.0.7&interface=eth0, rtp://..., tcp://...,
// http://host/live/x.ts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/url.h"
#include "io/multicast.h"
#include "protocols/transfer.h"

namespace eyas::mpegts_udp {

enum class Carrier : uint8_t { kUdp, kRtp, kTcp, kHttp };
const char* carrier_name(Carrier carrier);

// nullopt for addresses that are not ours.
std::optional<Carrier> carrier_of(const base::Url& url, const protocols::TransferOptions& options);

// Where a pull listens or fetches.
struct PullTarget {
  Carrier carrier = Carrier::kUdp;
  uint16_t programme = 0;  // 0: the first
  // Of datagrams: an address of ours, or a group.
  io::MulticastGroup at;
};

// Where a push goes; a host's name is left in the URL.
struct PushTarget {
  Carrier carrier = Carrier::kUdp;
  std::string interface;  // of groups
  unsigned hops = 1;      // of groups
};

// What the options say, or where they do not, the URL's query. Errors: kInvalidConfig naming the option and
// what is allowed.
base::Result<PullTarget> pull_target(const base::Url& url, const protocols::TransferOptions& options);
base::Result<PushTarget> push_target(const base::Url& url, const protocols::TransferOptions& options);

}  // namespace eyas::mpegts_udp
