// AddressCensus: how many connections each address holds, over all loops, in constant memory and without a
// lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace eyas::io {

// Thread-safe; outlives its places. Addresses share counters when their (seeded) hashes meet: they then share
// the limit, which matters only when they reach it together.
class AddressCensus {
 public:
  // A connection's place in the count; it is given back on destruction. Move-only.
  class Place {
   public:
    Place() = default;
    explicit Place(std::atomic<uint32_t>& counter) : counter_(&counter) {}
    Place(Place&& other) noexcept : counter_(std::exchange(other.counter_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(counter_, other.counter_);
      return *this;
    }
    ~Place() {
      if (counter_ != nullptr) counter_->fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    std::atomic<uint32_t>* counter_ = nullptr;
  };

  AddressCensus();

  // A place for a connection of `peer` ("127.0.0.1:50123"); none when its address holds `limit` already.
  // Loopback is not counted, since proxies and tools live there; nor is anybody when the limit is 0.
  std::optional<Place> enter(std::string_view peer, uint32_t limit);

  static std::string_view host_of(std::string_view peer);  // "127.0.0.1:50123" -> "127.0.0.1"
  static bool is_loopback(std::string_view host);

 private:
  static constexpr size_t kCounters = 8192;
  std::atomic<uint32_t>& counter(std::string_view host);

  uint64_t seed_;
  std::array<std::atomic<uint32_t>, kCounters> counters_{};
};

}  // namespace eyas::io
