#include "io/endpoint.h"

#include <cstring>
#include <random>

#include "io/address.h"

namespace eyas::io {
namespace {

bool is_mapped(const Endpoint& e) {
  return e.is_v6() && IN6_IS_ADDR_V4MAPPED(&e.v6.sin6_addr);
}

uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 31)) * 0x9E3779B97F4A7C15ull;
  value = (value ^ (value >> 29)) * 0xBF58476D1CE4E5B9ull;
  return value ^ (value >> 32);
}

// Peers choose their addresses: without a seed of ours they could choose our collisions.
uint64_t seed() {
  static const uint64_t value = (uint64_t{std::random_device{}()} << 32) | std::random_device{}();
  return value;
}

}  // namespace

base::Result<Endpoint> Endpoint::parse(std::string_view text) {
  base::Result<Address> address = Address::parse(text);
  if (!address) return address.error();
  Endpoint endpoint;
  std::memcpy(&endpoint.v6, &address->storage, address->length);
  return endpoint;
}

std::string Endpoint::host() const {
  Address address;
  address.length = length();
  std::memcpy(&address.storage, &v6, address.length);
  return address.host();
}

std::string Endpoint::text() const {
  Address address;
  address.length = length();
  std::memcpy(&address.storage, &v6, address.length);
  return address.text();
}

size_t Endpoint::hash() const {
  if (!is_v6()) return mix(seed() ^ (uint64_t{v4.sin_addr.s_addr} << 16 | v4.sin_port));
  uint64_t half[2];
  std::memcpy(half, &v6.sin6_addr, sizeof half);
  return mix(mix(mix(seed() ^ v6.sin6_port) ^ half[0]) ^ half[1]);
}

std::span<const uint8_t> Endpoint::address_bytes() const {
  if (!is_v6()) return {reinterpret_cast<const uint8_t*>(&v4.sin_addr), 4};
  const uint8_t* bytes = v6.sin6_addr.s6_addr;
  return is_mapped(*this) ? std::span<const uint8_t>{bytes + 12, 4} : std::span<const uint8_t>{bytes, 16};
}

bool Endpoint::operator==(const Endpoint& other) const {
  if (any.sa_family != other.any.sa_family) return false;
  if (!is_v6()) return v4.sin_port == other.v4.sin_port && v4.sin_addr.s_addr == other.v4.sin_addr.s_addr;
  return v6.sin6_port == other.v6.sin6_port && v6.sin6_scope_id == other.v6.sin6_scope_id &&
         std::memcmp(&v6.sin6_addr, &other.v6.sin6_addr, sizeof v6.sin6_addr) == 0;
}

}  // namespace eyas::io
