// Where peers can reach us: the host candidates of our answers, from `webrtc.addresses` or the interfaces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtp/sdp/attributes.h"

namespace eyas::webrtc {

// Beyond this many addresses a browser only loses time with pairs that cannot work.
constexpr size_t kAddressesMax = 16;

// One entry of `webrtc.addresses`, as the operator wrote it:
//   192.0.2.10            told to everybody; also the public side of a 1:1 NAT
//   192.0.2.10:40000      the same, where a NAT forwards another port; [2001:db8::1]:40000
//   cctv.example.org      a name, looked up when the server starts and when it reloads
//   10.20.0.0/16=10.20.0.2  told to peers whose own address is in that network, and not to others
//   auto                  what the interfaces have, beside the others
struct AddressRule {
  std::string host;     // a number, a name, or "auto"
  uint16_t port = 0;    // 0: the listening port
  std::string network;  // "10.20.0.0"; empty: everybody
  uint8_t prefix_bits = 0;
  bool operator==(const AddressRule&) const = default;
};
// Errors: kInvalidConfig, saying what is allowed.
base::Result<AddressRule> parse_address_rule(std::string_view text);

// An address of one of our interfaces.
struct InterfaceAddress {
  std::string host;
  bool loopback = false;
  bool v6 = false;
};
// Those that are up; without link-local ones, which mean nothing without their interface.
std::vector<InterfaceAddress> interface_addresses();

// Names -> numbers. Blocking; for start and reload only. An unknown name has none.
std::vector<std::string> look_up(const std::string& name);

// Immutable once made; thread-safe to read.
class HostAddresses {
 public:
  struct Listen {
    std::string host;   // as bound: "127.0.0.1", "0.0.0.0", "::"
    uint16_t port = 0;  // as bound
    bool udp = true;
    bool tcp = true;
  };
  // Errors: kInvalidConfig naming the rule.
  static base::Result<HostAddresses> make(const Listen& listen, const std::vector<std::string>& rules);
  // The same with the machine's answers given, for tests.
  static HostAddresses make(const Listen& listen, const std::vector<AddressRule>& rules,
                            const std::vector<InterfaceAddress>& interfaces);

  // Candidates for the peer at `peer` (a numeric host, with or without port): UDP first, TCP passive after. A
  // peer that no rule is meant for, such as one behind a proxy, is told all of them.
  std::vector<sdp::Candidate> candidates_for(std::string_view peer) const;

 private:
  std::vector<sdp::Candidate> candidates_of(const std::vector<AddressRule>& told) const;

  std::vector<AddressRule> told_;  // numbers and names only, each with its port
  Listen listen_;
};

// [RFC 8445 5.1.2.1] with [RFC 6544 4.2] for TCP. `order` 0 is the best address.
uint32_t host_priority(bool tcp, uint16_t order);

}  // namespace eyas::webrtc
