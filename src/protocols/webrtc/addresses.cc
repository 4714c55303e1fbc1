#include "protocols/webrtc/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/number.h"

namespace eyas::webrtc {
namespace {

using base::Code;
using base::Error;

// An address as 16 bytes, IPv4 in its mapped form, so that networks of both compare alike.
struct Number {
  std::array<uint8_t, 16> bytes{};
  bool v6 = false;

  static std::optional<Number> parse(std::string_view text) {
    std::string copy(text.substr(0, text.find('%')));  // without a zone
    Number number;
    if (inet_pton(AF_INET6, copy.c_str(), number.bytes.data()) == 1) {
      number.v6 = !IN6_IS_ADDR_V4MAPPED(reinterpret_cast<const in6_addr*>(number.bytes.data()));
      return number;
    }
    number.bytes[10] = number.bytes[11] = 0xff;
    if (inet_pton(AF_INET, copy.c_str(), number.bytes.data() + 12) == 1) return number;
    return std::nullopt;
  }
  bool inside(const Number& network, unsigned prefix_bits) const {
    unsigned bits = prefix_bits + (network.v6 ? 0 : 96);
    if (v6 != network.v6) return false;
    for (unsigned i = 0; i < bits; ++i) {
      if ((bytes[i / 8] ^ network.bytes[i / 8]) & (0x80 >> i % 8)) return false;
    }
    return true;
  }
  bool loopback() const { return v6 ? bytes == parse("::1")->bytes : bytes[12] == 127; }
  bool unspecified() const { return v6 ? bytes == std::array<uint8_t, 16>{} : bytes[12] == 0; }
  // fe80::/10 [RFC 4291 2.5.6], 169.254/16 [RFC 3927]
  bool link_local() const {
    return v6 ? bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80 : bytes[12] == 169 && bytes[13] == 254;
  }
};

// [RFC 1123 2.1] And not all digits and dots, which would be a broken number.
bool is_name(std::string_view text) {
  bool letters = false;
  for (char c : text) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    letters |= letter;
    if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.') return false;
  }
  return letters && text.size() <= 253 && text.front() != '.' && text.front() != '-';
}

bool read_network(std::string_view text, AddressRule& rule) {
  size_t slash = text.find('/');
  if (slash == text.npos || !base::read_number(text.substr(slash + 1), rule.prefix_bits)) return false;
  rule.network = text.substr(0, slash);
  auto number = Number::parse(rule.network);
  return number && rule.prefix_bits <= (number->v6 ? 128 : 32);
}

// "192.0.2.10", "192.0.2.10:40000", "2001:db8::1", "[2001:db8::1]:40000", "cctv.example.org:40000"
bool read_host(std::string_view text, AddressRule& rule) {
  std::string_view port;
  if (text.starts_with('[')) {
    size_t end = text.find(']');
    if (end == text.npos) return false;
    port = text.substr(end + 1);
    text = text.substr(1, end - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    size_t colon = text.find(':');
    port = text.substr(colon);
    text = text.substr(0, colon);
  }
  if (!port.empty() &&
      (!port.starts_with(':') || !base::read_number(port.substr(1), rule.port) || rule.port == 0))
    return false;
  rule.host = text;
  auto number = Number::parse(text);
  return !text.empty() && (number ? !number->unspecified() : is_name(text));
}

std::string_view without_port(std::string_view peer) {
  if (peer.starts_with('[')) return peer.substr(1, peer.find(']') - 1);
  return std::count(peer.begin(), peer.end(), ':') == 1 ? peer.substr(0, peer.find(':')) : peer;
}

// What the interfaces offer to somebody who listens at `host`: loopback when that is all there is, or all
// that is listened on. Link-local addresses mean nothing without their interface.
std::vector<std::string> discovered(const std::string& host,
                                    const std::vector<InterfaceAddress>& interfaces) {
  auto bound = Number::parse(host);
  if (bound && !bound->unspecified()) return {host};
  bool v4_only = bound && !bound->v6;
  std::vector<std::string> hosts, loopback;
  for (bool v6 : {false, true}) {
    for (const InterfaceAddress& one : interfaces) {
      if (one.v6 == v6 && !(v6 && v4_only)) (one.loopback ? loopback : hosts).push_back(one.host);
    }
  }
  return hosts.empty() ? loopback : hosts;
}

std::string numeric(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET)
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  if (address->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text, sizeof text);
  return text;
}

}  // namespace

base::Result<AddressRule> parse_address_rule(std::string_view text) {
  const Error invalid{Code::kInvalidConfig,
                      "webrtc.addresses: want ADDRESS, ADDRESS:PORT, NAME, NETWORK/BITS=ADDRESS or auto, "
                      "e.g. 192.0.2.10 or 10.20.0.0/16=10.20.0.2",
                      std::string(text)};
  AddressRule rule;
  size_t equals = text.find('=');
  if (equals != text.npos) {
    if (!read_network(text.substr(0, equals), rule)) return invalid;
    text.remove_prefix(equals + 1);
  }
  if (!read_host(text, rule)) return invalid;
  return rule;
}

std::vector<InterfaceAddress> interface_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  std::vector<InterfaceAddress> found;
  for (const ifaddrs* one = list; one; one = one->ifa_next) {
    if (!one->ifa_addr || !(one->ifa_flags & IFF_UP)) continue;
    std::string host = numeric(one->ifa_addr);
    auto number = Number::parse(host);
    if (!number || number->link_local()) continue;
    found.push_back({std::move(host), number->loopback(), number->v6});
  }
  return found;
}

std::vector<std::string> look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0) return {};
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  std::vector<std::string> hosts;
  for (const addrinfo* one = list; one; one = one->ai_next) hosts.push_back(numeric(one->ai_addr));
  return hosts;
}

base::Result<HostAddresses> HostAddresses::make(const Listen& listen, const std::vector<std::string>& rules) {
  std::vector<AddressRule> read;
  for (const std::string& text : rules) {
    auto rule = parse_address_rule(text);
    if (!rule) return rule.error();
    std::vector<std::string> numbers;
    if (rule->host != "auto" && !Number::parse(rule->host)) numbers = look_up(rule->host);
    // A name that is unknown here may be known to peers: it is told as it is.
    if (numbers.empty()) numbers = {rule->host};
    for (std::string& number : numbers) {
      rule->host = std::move(number);
      read.push_back(*rule);
    }
  }
  return make(listen, read, interface_addresses());
}

HostAddresses HostAddresses::make(const Listen& listen, const std::vector<AddressRule>& rules,
                                  const std::vector<InterfaceAddress>& interfaces) {
  HostAddresses addresses;
  addresses.listen_ = listen;
  auto add = [&](AddressRule rule) {
    auto same = [&](const AddressRule& other) { return rule == other; };
    std::vector<AddressRule>& told = addresses.told_;
    if (rule.port == 0) rule.port = listen.port;
    if (told.size() < kAddressesMax && std::none_of(told.begin(), told.end(), same)) told.push_back(rule);
  };
  auto add_discovered = [&](const AddressRule& rule) {
    for (std::string& host : discovered(listen.host, interfaces)) {
      AddressRule one = rule;
      one.host = std::move(host);
      add(one);
    }
  };
  for (const AddressRule& rule : rules) rule.host == "auto" ? add_discovered(rule) : add(rule);
  if (rules.empty()) add_discovered({});
  return addresses;
}

std::vector<sdp::Candidate> HostAddresses::candidates_for(std::string_view peer) const {
  auto number = Number::parse(without_port(peer));
  std::vector<AddressRule> told;
  for (const AddressRule& rule : told_) {
    if (rule.network.empty() || (number && number->inside(*Number::parse(rule.network), rule.prefix_bits)))
      told.push_back(rule);
  }
  return candidates_of(told.empty() ? told_ : told);
}

std::vector<sdp::Candidate> HostAddresses::candidates_of(const std::vector<AddressRule>& told) const {
  std::vector<sdp::Candidate> candidates;
  for (bool tcp : {false, true}) {
    if (!(tcp ? listen_.tcp : listen_.udp)) continue;
    for (size_t i = 0; i < told.size(); ++i) {
      sdp::Candidate candidate;
      candidate.foundation = std::to_string(candidates.size() + 1);
      candidate.transport = tcp ? "tcp" : "udp";
      candidate.tcp_type = tcp ? "passive" : "";
      candidate.priority = host_priority(tcp, static_cast<uint16_t>(i));
      candidate.address = told[i].host;
      candidate.port = told[i].port;
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

uint32_t host_priority(bool tcp, uint16_t order) {
  constexpr uint32_t kUdpHost = 126, kTcpHost = 90, kComponent = 1;
  // [RFC 6544 4.2] Passive has direction preference 4 among host candidates; the rest tells addresses apart.
  uint32_t local = tcp ? (4u << 13) + (8191u - std::min<uint32_t>(order, 8191)) : 65535u - order;
  return ((tcp ? kTcpHost : kUdpHost) << 24) + (local << 8) + (256 - kComponent);
}

}  // namespace eyas::webrtc
