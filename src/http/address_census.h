// AddressCensus: how many connections each address holds, over all loops, in constant memory and without a
// lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace eyas::http {

// Thread-safe. Addresses share counters when their (seeded) hashes meet: they then share the limit, which
// matters only when they reach it together.
class AddressCensus {
 public:
  AddressCensus();
  // `host`: without the port. False, and nothing counted, when the address already holds `limit` connections.
  bool enter(std::string_view host, uint32_t limit);
  void leave(std::string_view host);

  static std::string_view host_of(std::string_view peer);  // "127.0.0.1:50123" -> "127.0.0.1"
  static bool is_loopback(std::string_view host);

 private:
  static constexpr size_t kCounters = 8192;
  std::atomic<uint32_t>& counter(std::string_view host);

  uint64_t seed_;
  std::array<std::atomic<uint32_t>, kCounters> counters_{};
};

}  // namespace eyas::http
