// Dialling out: names to addresses, the addresses that may be dialled, TCP and TLS connections as the client.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "io/byte_stream.h"
#include "io/endpoint.h"
#include "io/loop.h"

namespace eyas::io {

// What is dialled: one machine, or a group that datagrams reach.
enum class Reach : uint8_t { kUnicast, kMulticastToo };

// Which addresses the server itself may dial, so that nobody makes it knock at doors that only it can reach
// (loopback, link-local, cloud metadata, multicast where it makes no sense). Immutable; thread-safe.
class DialPolicy {
 public:
  // `allowed`: networks such as "127.0.0.0/8", "10.0.0.5", "::1" that are dialled although they are refused
  // by default; "all" allows everything. Private networks (10/8, 192.168/16, ...) need no leave: cameras live
  // there. Errors: kInvalidConfig naming the word and what is allowed.
  static base::Result<std::shared_ptr<const DialPolicy>> make(const std::vector<std::string>& allowed);

  // Errors: kRefused, naming the address, its kind and the option that allows it. Mapped and translated IPv4
  // (::ffff:127.0.0.1, 64:ff9b::/96) is judged as the IPv4 that it means.
  base::Status check(const Endpoint& to, Reach reach = Reach::kUnicast) const;

 private:
  struct Network {
    std::string bytes;  // 4 or 16
    unsigned bits;
  };
  std::vector<Network> allowed_;
  bool all_ = false;
};

class Resolver;

struct DialTls {
  std::string server_name;     // for SNI and the certificate's name; empty: no TLS
  bool verify = true;          // against the machine's certificate store, or `authority_file`
  std::string authority_file;  // PEM; empty: the machine's
  std::vector<std::string> alpn;
};

// Something under way: its death cancels it, and nothing is called back. Lives on its loop.
using Dialling = std::shared_ptr<void>;

// Resolves on threads of its own, for getaddrinfo blocks. Thread-safe; outlives the loops.
class Dialer {
 public:
  static constexpr size_t kResolutionsMax = 256;  // names that wait; more are refused with kLimit
  static constexpr size_t kAddressesMax = 16;     // of one name; the rest is not tried
  // How long one address may take before the next is tried beside it [RFC 8305 5].
  static constexpr base::Duration kNextAddressAfter = std::chrono::milliseconds(250);

  // What blocks until it knows the addresses of a name; called on any of our threads.
  using Lookup = std::function<base::Result<std::vector<Endpoint>>(const std::string& host, uint16_t port)>;

  explicit Dialer(std::shared_ptr<const DialPolicy> policy);  // asks the machine, by getaddrinfo
  Dialer(std::shared_ptr<const DialPolicy> policy, Lookup lookup);
  ~Dialer();

  // The addresses of `host` (a name or a number) that the policy lets us dial, best first, with `port`.
  // `done` runs on the loop, never inside the call. Errors: kNotFound; kRefused when the policy leaves none;
  // kLimit.
  [[nodiscard]] Dialling resolve(Loop& loop, const std::string& host, uint16_t port,
                                 base::UniqueFunction<void(base::Result<std::vector<Endpoint>>)> done);

  // A connection that stands (with TLS: whose handshake is done and whose certificate is good), tried at each
  // address in turn. What was connected is what was checked: names are not resolved twice. `timeout` is for
  // all of it. Errors: as resolve(); kTimeout, kSystem, kRefused (certificate), kInvalidConfig
  // (authority_file) with a detail for the operator.
  [[nodiscard]] Dialling connect(Loop& loop, const std::string& host, uint16_t port, DialTls tls,
                                 base::Duration timeout,
                                 base::UniqueFunction<void(base::Result<std::unique_ptr<ByteStream>>)> done);

  const DialPolicy& policy() const { return *policy_; }

 private:
  std::shared_ptr<const DialPolicy> policy_;
  std::shared_ptr<Resolver> resolver_;
};

}  // namespace eyas::io
