// Which addresses may be dialled: the networks that only this machine can reach are refused.
#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/number.h"
#include "io/dial.h"

namespace eyas::io {
namespace {

using Bytes = std::span<const uint8_t>;

struct Forbidden {
  std::array<uint8_t, 16> bytes;
  unsigned bits;
  const char* kind;
  bool multicast = false;
};

constexpr Forbidden kForbiddenV4[] = {
    {{169, 254, 169, 254}, 32, "link-local, where clouds keep their machines' credentials"},
    {{100, 100, 100, 200}, 32, "a cloud's metadata service"},  // Alibaba
    {{168, 63, 129, 16}, 32, "a cloud's metadata service"},    // Azure
    {{192, 0, 0, 192}, 32, "a cloud's metadata service"},      // Oracle
    {{0}, 8, "unspecified"},  // [RFC 1122 3.2.1.3]; 0.0.0.0 reaches ourselves
    {{127}, 8, "loopback"},
    {{169, 254}, 16, "link-local"},
    {{224}, 4, "multicast", true},
    {{255, 255, 255, 255}, 32, "broadcast"},
    {{240}, 4, "reserved"},
};

constexpr Forbidden kForbiddenV6[] = {
    {{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, "a cloud's metadata service"},
    {{0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, "a cloud's metadata service"},
    {{0}, 128, "unspecified"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "loopback"},
    {{0xfe, 0x80}, 10, "link-local"},
    {{0xff}, 8, "multicast", true},
};

// IPv6 addresses that mean an IPv4 one, which a gateway or the kernel itself takes out of them again.
struct Translated {
  std::array<uint8_t, 16> bytes;
  unsigned bits;
  size_t v4_at;
  uint8_t mask = 0;  // each byte is hidden behind it
};
constexpr Translated kTranslated[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},  // mapped [RFC 4291 2.5.5.2]
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},        // translated [RFC 2765 2.1]
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12},                    // NAT64 [RFC 6052 2.1]
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, 12},        // NAT64 of a site [RFC 8215]
    {{0x20, 0x02}, 16, 2},                                 // 6to4 [RFC 3056 2]
    {{0x20, 0x01, 0, 0}, 32, 12, 0xff},                    // Teredo [RFC 4380 4]
};

bool within(Bytes address, Bytes network, unsigned bits) {
  size_t whole = bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, network.begin())) return false;
  unsigned rest = bits % 8;
  return rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0;
}

// The address as four bytes when it is, or means, an IPv4 one; sixteen otherwise.
std::string meant(const Endpoint& to) {
  if (!to.is_v6()) {
    Bytes v4 = to.address_bytes();
    return {v4.begin(), v4.end()};
  }
  Bytes v6{to.v6.sin6_addr.s6_addr, 16};
  // ::a.b.c.d, long deprecated, but understood; :: and ::1 are themselves. [RFC 4291 2.5.5.1]
  bool compatible = std::all_of(v6.begin(), v6.begin() + 12, [](uint8_t byte) { return byte == 0; }) &&
                    (v6[12] != 0 || v6[13] != 0 || v6[14] != 0 || v6[15] > 1);
  if (compatible) return {v6.begin() + 12, v6.end()};
  for (const Translated& kind : kTranslated) {
    if (!within(v6, kind.bytes, kind.bits)) continue;
    std::string v4;
    for (size_t i = 0; i < 4; ++i) v4 += static_cast<char>(v6[kind.v4_at + i] ^ kind.mask);
    return v4;
  }
  return {v6.begin(), v6.end()};
}

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

const Forbidden* forbidden_kind(Bytes address) {
  std::span<const Forbidden> table = address.size() == 4 ? std::span<const Forbidden>(kForbiddenV4)
                                                         : std::span<const Forbidden>(kForbiddenV6);
  for (const Forbidden& kind : table) {
    if (within(address, kind.bytes, kind.bits)) return &kind;
  }
  return nullptr;
}

base::Error bad_network(const std::string& word) {
  return {base::Code::kInvalidConfig,
          "dial: want \"all\", an address or a network such as 127.0.0.1, 10.0.0.0/8, ::1 or fd00::/8", word};
}

std::optional<std::string> address_bytes(const std::string& host) {
  bool v6 = host.find(':') != std::string::npos;
  auto endpoint = Endpoint::parse((v6 ? "[" + host + "]" : host) + ":1");
  if (host.empty() || host.front() == '[' || !endpoint) return std::nullopt;
  return meant(*endpoint);
}

}  // namespace

base::Result<std::shared_ptr<const DialPolicy>> DialPolicy::make(const std::vector<std::string>& allowed) {
  auto policy = std::make_shared<DialPolicy>();
  for (const std::string& word : allowed) {
    if (word == "all") {
      policy->all_ = true;
      continue;
    }
    size_t slash = word.find('/');
    std::optional<std::string> bytes = address_bytes(word.substr(0, slash));
    if (!bytes) return bad_network(word);
    auto bits = static_cast<unsigned>(bytes->size() * 8);
    if (slash != std::string::npos) {
      const unsigned most = bits;
      if (!base::read_number(std::string_view(word).substr(slash + 1), bits) || bits > most)
        return bad_network(word);
    }
    policy->allowed_.push_back({std::move(*bytes), bits});
  }
  return std::shared_ptr<const DialPolicy>(std::move(policy));
}

base::Status DialPolicy::check(const Endpoint& to, Reach reach) const {
  std::string address = meant(to);
  const Forbidden* kind = forbidden_kind(bytes_of(address));
  if (kind == nullptr || all_) return {};
  if (kind->multicast && reach == Reach::kMulticastToo) return {};
  for (const Network& network : allowed_) {
    if (network.bytes.size() == address.size() &&
        within(bytes_of(address), bytes_of(network.bytes), network.bits))
      return {};
  }
  return base::Error{base::Code::kRefused, "dial: the address may not be dialled",
                     to.host() + " is " + kind->kind + "; sources.dial_allow can allow it"};
}

}  // namespace eyas::io
