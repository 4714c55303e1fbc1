#include "protocols/webrtc/wire/stun.h"

#include <algorithm>
#include <cstring>

#include "protocols/webrtc/wire/hmac_sha1.h"

namespace eyas::webrtc::stun {
namespace {

// [RFC 8489 18.3, RFC 8445 16.1]
enum : uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000A,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kMessageIntegritySha256 = 0x001C,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802A,
};

constexpr size_t kAttributeHeaderBytes = 4;
constexpr size_t kIntegrityBytes = 20;
constexpr size_t kUsernameBytesMax = 513;  // [RFC 8489 14.3]
constexpr uint32_t kFingerprintXor = 0x5354554e;

using base::ByteReader;
using base::Bytes;
using base::Code;
using base::Error;

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
    table[i] = value;
  }
  return table;
}

// CRC-32 of ITU V.42, as FINGERPRINT wants it [RFC 8489 14.7].
uint32_t crc32(Bytes bytes) {
  static constexpr auto kTable = make_crc_table();
  uint32_t value = 0xFFFFFFFF;
  for (uint8_t byte : bytes) value = kTable[(value ^ byte) & 0xFF] ^ (value >> 8);
  return ~value;
}

void put16(uint8_t* at, size_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}

// The cookie and the transaction id, which an XOR-MAPPED-ADDRESS is hidden with [RFC 8489 14.2].
std::array<uint8_t, 16> address_mask(const TransactionId& transaction) {
  std::array<uint8_t, 16> mask{0x21, 0x12, 0xA4, 0x42};
  std::copy(transaction.begin(), transaction.end(), mask.begin() + 4);
  return mask;
}

std::optional<TransportAddress> read_xor_address(Bytes value, const TransactionId& transaction) {
  ByteReader in(value);
  in.skip(1);
  uint8_t family = in.u8();
  TransportAddress address{.v6 = family == 2};
  address.port = in.u16() ^ static_cast<uint16_t>(kMagicCookie >> 16);
  Bytes ip = in.take(address.v6 ? 16 : 4);
  if (!in.ok() || in.remaining() != 0 || family < 1 || family > 2) return std::nullopt;
  auto mask = address_mask(transaction);
  for (size_t i = 0; i < ip.size(); ++i) address.ip[i] = ip[i] ^ mask[i];
  return address;
}

template <typename T>
void keep_first(std::optional<T>& field, T value) {
  if (!field) field = value;
}

// One attribute before MESSAGE-INTEGRITY. False: its value breaks its format.
bool read_attribute(Message& message, uint16_t type, Bytes value) {
  ByteReader in(value);
  switch (type) {
    case kUsername:
      keep_first(message.username, base::as_text(value));
      return value.size() <= kUsernameBytesMax;
    case kPriority:
      keep_first(message.priority, in.u32());
      return value.size() == 4;
    case kUseCandidate:
      message.use_candidate = true;
      return value.empty();
    case kIceControlling:
      keep_first(message.ice_controlling, in.u64());
      return value.size() == 8;
    case kIceControlled:
      keep_first(message.ice_controlled, in.u64());
      return value.size() == 8;
    case kXorMappedAddress: {
      auto address = read_xor_address(value, message.transaction);
      if (address) keep_first(message.xor_mapped_address, *address);
      return address.has_value();
    }
    case kErrorCode: {
      in.skip(2);
      unsigned hundreds = in.u8() & 7, rest = in.u8();
      keep_first(message.error_code, static_cast<uint16_t>(hundreds * 100 + rest));
      return in.ok() && hundreds >= 3 && hundreds <= 6 && rest < 100;
    }
    case kMappedAddress:
    case kUnknownAttributes:
    case kRealm:
    case kNonce:
    case kMessageIntegritySha256:
      return true;
    default:
      if (type < 0x8000 && message.unknown_count < kUnknownAttributesMax)
        message.unknown[message.unknown_count++] = type;
      return true;
  }
}

bool fingerprint_matches(Bytes before, Bytes value) {
  return ByteReader(value).u32() == (crc32(before) ^ kFingerprintXor);
}

base::Status read_attributes(Message& message) {
  ByteReader in(message.bytes);
  in.skip(kHeaderBytes);
  while (in.remaining() > 0) {
    if (message.has_fingerprint) return Error{Code::kMalformed, "stun: attribute behind FINGERPRINT", {}};
    size_t at = in.position();
    uint16_t type = in.u16();
    size_t length = in.u16();
    Bytes value = in.take(length);
    in.skip((4 - length % 4) % 4);
    if (!in.ok()) return Error{Code::kMalformed, "stun: attribute length", {}};
    if (type == kFingerprint) {
      if (length != 4 || !fingerprint_matches(message.bytes.first(at), value))
        return Error{Code::kMalformed, "stun: FINGERPRINT", {}};
      message.has_fingerprint = true;
    } else if (message.integrity_at != 0) {
      continue;  // not covered by the integrity check [RFC 8489 14.5]
    } else if (type == kMessageIntegrity) {
      if (length != kIntegrityBytes) return Error{Code::kMalformed, "stun: MESSAGE-INTEGRITY length", {}};
      message.integrity_at = at;
    } else if (!read_attribute(message, type, value)) {
      return Error{Code::kMalformed, "stun: attribute value", {}};
    }
  }
  return {};
}

// The tag of a message's first bytes, with the header's length as if MESSAGE-INTEGRITY were the last
// attribute [RFC 8489 14.5].
Sha1Tag integrity_tag(Bytes before, std::string_view password) {
  std::array<uint8_t, 4> start{before[0], before[1]};
  put16(&start[2], before.size() + kAttributeHeaderBytes + kIntegrityBytes - kHeaderBytes);
  return HmacSha1(base::as_bytes(password)).tag({start, before.subspan(4)});
}

}  // namespace

std::string_view Message::local_ufrag() const {
  std::string_view whole = username.value_or("");
  return whole.substr(0, whole.find(':'));
}

std::string_view Message::remote_ufrag() const {
  std::string_view whole = username.value_or("");
  size_t colon = whole.find(':');
  return colon == whole.npos ? std::string_view() : whole.substr(colon + 1);
}

bool is_stun(Bytes datagram) {
  if (datagram.size() < kHeaderBytes || datagram[0] > 3) return false;
  ByteReader in(datagram.subspan(4));
  return in.u32() == kMagicCookie;
}

base::Result<Message> parse(Bytes datagram) {
  if (datagram.size() > kMessageBytesMax) return Error{Code::kLimit, "stun: message length", {}};
  if (!is_stun(datagram)) return Error{Code::kMalformed, "stun: header", {}};
  ByteReader in(datagram);
  Message message;
  message.bytes = datagram;
  uint16_t type = in.u16();
  // The class's two bits lie inside the method's twelve [RFC 8489 5].
  message.type = static_cast<Class>((type >> 4 & 1) | (type >> 7 & 2));
  message.method = static_cast<uint16_t>((type & 0xF) | (type >> 1 & 0x70) | (type >> 2 & 0xF80));
  size_t length = in.u16();
  in.skip(4);
  Bytes transaction = in.take(message.transaction.size());
  std::copy(transaction.begin(), transaction.end(), message.transaction.begin());
  if (length % 4 != 0 || length != in.remaining()) return Error{Code::kMalformed, "stun: message length", {}};
  if (auto read = read_attributes(message); !read) return read.error();
  return message;
}

bool has_integrity(const Message& message, std::string_view password) {
  if (message.integrity_at == 0) return false;
  Bytes given = message.bytes.subspan(message.integrity_at + kAttributeHeaderBytes, kIntegrityBytes);
  return same_secret(given, integrity_tag(message.bytes.first(message.integrity_at), password));
}

Writer::Writer(std::span<uint8_t> out, uint16_t method, Class type, const TransactionId& transaction)
    : out_(out), fits_(out.size() >= kHeaderBytes) {
  if (!fits_) return;
  unsigned c = static_cast<unsigned>(type), m = method;
  put16(&out_[0], (m & 0xF) | (c & 1) << 4 | (m & 0x70) << 1 | (c & 2) << 7 | (m & 0xF80) << 2);
  auto mask = address_mask(transaction);
  std::copy(mask.begin(), mask.end(), out_.begin() + 4);
  set_length(0);
}

void Writer::set_length(size_t bytes_after_header) {
  put16(&out_[2], bytes_after_header);
}

void Writer::attribute(uint16_t type, Bytes value) {
  size_t padded = (value.size() + 3) / 4 * 4;
  fits_ = fits_ && out_.size() - size_ >= kAttributeHeaderBytes + padded;
  if (!fits_) return;
  uint8_t* at = &out_[size_];
  put16(at, type);
  put16(at + 2, value.size());
  std::copy(value.begin(), value.end(), at + kAttributeHeaderBytes);
  std::fill_n(at + kAttributeHeaderBytes + value.size(), padded - value.size(), uint8_t{0});
  size_ += kAttributeHeaderBytes + padded;
  set_length(size_ - kHeaderBytes);
}

namespace {

template <typename Integer>
std::array<uint8_t, sizeof(Integer)> big_endian(Integer value) {
  std::array<uint8_t, sizeof(Integer)> bytes;
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at, value >>= 8) *at = static_cast<uint8_t>(value);
  return bytes;
}

}  // namespace

void Writer::username(std::string_view value) {
  attribute(kUsername, base::as_bytes(value));
}
void Writer::priority(uint32_t value) {
  attribute(kPriority, big_endian(value));
}
void Writer::use_candidate() {
  attribute(kUseCandidate, {});
}
void Writer::ice_controlling(uint64_t tie_breaker) {
  attribute(kIceControlling, big_endian(tie_breaker));
}
void Writer::ice_controlled(uint64_t tie_breaker) {
  attribute(kIceControlled, big_endian(tie_breaker));
}

void Writer::xor_mapped_address(const TransportAddress& address) {
  if (!fits_) return;
  TransactionId transaction;
  std::copy_n(&out_[8], transaction.size(), transaction.begin());
  auto mask = address_mask(transaction);
  std::array<uint8_t, 20> value{0, static_cast<uint8_t>(address.v6 ? 2 : 1)};
  put16(&value[2], address.port ^ (kMagicCookie >> 16));
  Bytes ip = address.ip_bytes();
  for (size_t i = 0; i < ip.size(); ++i) value[4 + i] = ip[i] ^ mask[i];
  attribute(kXorMappedAddress, Bytes(value).first(4 + ip.size()));
}

void Writer::error_code(uint16_t code, std::string_view reason) {
  std::array<uint8_t, 4 + 64> value{0, 0, static_cast<uint8_t>(code / 100), static_cast<uint8_t>(code % 100)};
  reason = reason.substr(0, 64);
  std::copy(reason.begin(), reason.end(), value.begin() + 4);
  attribute(kErrorCode, Bytes(value).first(4 + reason.size()));
}

void Writer::unknown_attributes(std::span<const uint16_t> types) {
  std::array<uint8_t, 2 * kUnknownAttributesMax> value;
  size_t count = std::min(types.size(), kUnknownAttributesMax);
  for (size_t i = 0; i < count; ++i) put16(&value[2 * i], types[i]);
  attribute(kUnknownAttributes, Bytes(value).first(2 * count));
}

void Writer::integrity(std::string_view password) {
  if (!fits_) return;
  attribute(kMessageIntegrity, integrity_tag(out_.first(size_), password));
}

void Writer::fingerprint() {
  if (!fits_) return;
  // The header's length counts FINGERPRINT itself [RFC 8489 14.7].
  set_length(size_ + kAttributeHeaderBytes + 4 - kHeaderBytes);
  attribute(kFingerprint, big_endian(crc32(out_.first(size_)) ^ kFingerprintXor));
}

}  // namespace eyas::webrtc::stun
