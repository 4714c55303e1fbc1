#include "io/address_census.h"

#include <random>

namespace eyas::io {

AddressCensus::AddressCensus()
    : seed_(std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()) {}

std::atomic<uint32_t>& AddressCensus::counter(std::string_view host) {
  uint64_t hash = seed_;  // FNV-1a from a secret start, then a mix
  for (char c : host) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  hash ^= hash >> 32;
  return counters_[hash % kCounters];
}

std::optional<AddressCensus::Place> AddressCensus::enter(std::string_view peer, uint32_t limit) {
  std::string_view host = host_of(peer);
  if (limit == 0 || is_loopback(host)) return Place();
  auto& count = counter(host);
  if (count.fetch_add(1, std::memory_order_relaxed) < limit) return Place(count);
  count.fetch_sub(1, std::memory_order_relaxed);
  return std::nullopt;
}

std::string_view AddressCensus::host_of(std::string_view peer) {
  return peer.substr(0, peer.rfind(':'));
}

bool AddressCensus::is_loopback(std::string_view host) {
  return host.starts_with("127.") || host == "::1" || host == "[::1]" || host == "socketpair";
}

}  // namespace eyas::io
