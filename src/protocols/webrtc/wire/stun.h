// STUN messages [RFC 8489], the subset that ICE [RFC 8445] and a public binding server need: binding requests
// and their answers, short-term MESSAGE-INTEGRITY (HMAC-SHA1) and FINGERPRINT. Pure; allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::webrtc::stun {

constexpr size_t kHeaderBytes = 20;
constexpr uint32_t kMagicCookie = 0x2112A442;
// Longer than any request of an ICE agent (a USERNAME is at most 513 bytes) and than any answer of ours.
constexpr size_t kMessageBytesMax = 1'280;
constexpr uint16_t kBinding = 0x001;
// Comprehension-required attributes that we do not know are reported up to this many [RFC 8489 6.3.1].
constexpr size_t kUnknownAttributesMax = 8;

enum class Class : uint8_t { kRequest = 0, kIndication = 1, kSuccess = 2, kError = 3 };
using TransactionId = std::array<uint8_t, 12>;

// An address as STUN carries it. An IPv4 address lies in the first four bytes.
struct TransportAddress {
  std::array<uint8_t, 16> ip{};
  uint16_t port = 0;
  bool v6 = false;

  bool operator==(const TransportAddress&) const = default;
  base::Bytes ip_bytes() const { return base::Bytes(ip).first(v6 ? 16 : 4); }
};

// A parsed message: views into the bytes given to parse(), which must outlive it.
struct Message {
  uint16_t method = 0;
  Class type = Class::kRequest;
  TransactionId transaction{};

  std::optional<std::string_view> username;
  std::optional<uint32_t> priority;
  std::optional<uint64_t> ice_controlling;  // tie-breaker
  std::optional<uint64_t> ice_controlled;
  bool use_candidate = false;
  std::optional<TransportAddress> xor_mapped_address;
  std::optional<uint16_t> error_code;  // 300 to 699
  bool has_fingerprint = false;

  std::array<uint16_t, kUnknownAttributesMax> unknown{};
  size_t unknown_count = 0;

  base::Bytes bytes;
  size_t integrity_at = 0;  // where the MESSAGE-INTEGRITY attribute begins; 0: there is none

  bool is_binding_request() const { return method == kBinding && type == Class::kRequest; }
  // The receiver's half of "receiver:sender" [RFC 8445 7.2.2]; the whole USERNAME when it has no colon.
  std::string_view local_ufrag() const;
  std::string_view remote_ufrag() const;
};

// True when a datagram on a port shared with DTLS and RTP is STUN: its first byte is 0 to 3 and the magic
// cookie is in place [RFC 7983 7].
bool is_stun(base::Bytes datagram);

// Validates all lengths, the cookie, and FINGERPRINT when present. Attributes behind MESSAGE-INTEGRITY other
// than FINGERPRINT are ignored [RFC 8489 14.5]. Errors: kMalformed.
base::Result<Message> parse(base::Bytes datagram);

// True when MESSAGE-INTEGRITY is present and was made with `password` (used as it is: no SASLprep is needed
// for ICE's characters). Constant time.
bool has_integrity(const Message& message, std::string_view password);

// Writes one message into the caller's memory. What does not fit makes finish() return 0.
class Writer {
 public:
  Writer(std::span<uint8_t> out, uint16_t method, Class type, const TransactionId& transaction);

  void username(std::string_view value);
  void priority(uint32_t value);
  void use_candidate();
  void ice_controlling(uint64_t tie_breaker);
  void ice_controlled(uint64_t tie_breaker);
  void xor_mapped_address(const TransportAddress& address);
  void error_code(uint16_t code, std::string_view reason);
  void unknown_attributes(std::span<const uint16_t> types);

  // These two in this order, last. `integrity` keys with the short-term password.
  void integrity(std::string_view password);
  void fingerprint();

  // Bytes written; 0 when the message did not fit.
  size_t finish() const { return fits_ ? size_ : 0; }

 private:
  void attribute(uint16_t type, base::Bytes value);
  void set_length(size_t bytes_after_header);

  std::span<uint8_t> out_;
  size_t size_ = kHeaderBytes;
  bool fits_ = true;
};

}  // namespace eyas::webrtc::stun
