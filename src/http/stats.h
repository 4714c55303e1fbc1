// Counters of the HTTP room. Thread-safe: one object may serve the servers of all loops.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "base/metric.h"

namespace eyas::http {

enum class Limit : uint8_t {
  kUri,
  kHeader,
  kBody,
  kHeaderTimeout,
  kBodyTimeout,
  kIdleTimeout,
  kStallTimeout,
  kAddressConnections,
  kConnections,
  kH2Resets,
  kH2Streams,
  kWebSocketMessage,
  kCount,
};
// "uri", "header", "body", ...: the metric's label.
const char* limit_name(Limit limit);

struct Stats {
  using Counter = std::atomic<uint64_t>;

  Counter connections_accepted{0};
  Counter connections_open{0};
  Counter connections_h2{0};
  Counter websockets_opened{0};
  std::array<Counter, 6> responses{};  // by status class: [2] counts 2xx
  Counter bytes_received{0};
  Counter bytes_sent{0};  // given to the connection, headers included
  Counter malformed{0};   // connections ended because of what the peer sent
  std::array<Counter, static_cast<size_t>(Limit::kCount)> limits{};

  void hit(Limit limit) { limits[static_cast<size_t>(limit)].fetch_add(1, std::memory_order_relaxed); }
  uint64_t hits(Limit limit) const {
    return limits[static_cast<size_t>(limit)].load(std::memory_order_relaxed);
  }
};

// The counters as metrics, added to `out`.
void append_metrics(const Stats& stats, std::vector<base::Metric>& out);

}  // namespace eyas::http
