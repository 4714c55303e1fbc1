// SRT's configuration and its limits.
#pragma once

#include <cstdint>
#include <string>

#include "base/option_schema.h"
#include "base/time.h"

namespace eyas::srt {

constexpr size_t kPassphraseBytesMin = 10;  // [SRT protocol, 6.1.2]
constexpr size_t kPassphraseBytesMax = 79;

struct Options {
  std::string listen = "127.0.0.1:8890";  // srt.listen; empty = off
  std::string passphrase;                 // srt.passphrase; empty = unencrypted
  base::Duration latency =
      std::chrono::milliseconds(120);       // srt.latency_ms; the greater of both sides' counts
  std::string second_publisher = "refuse";  // "refuse" or "takeover"
  bool takeover() const { return second_publisher == "takeover"; }
  base::Duration play_wait = std::chrono::seconds(10);
  base::Duration peer_idle_timeout = std::chrono::seconds(5);
  base::Duration connect_timeout = std::chrono::seconds(3);
  uint32_t sessions_max = 1000;
  uint32_t sessions_per_address_max = 64;  // loopback is not counted; 0: no limit
  size_t early_bytes_max = 4 << 20;        // media that comes while the hub decides about a publisher
};

// Binds the keys "srt.*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);
// Errors: kInvalidConfig naming the key.
base::Status check(const Options& options);

}  // namespace eyas::srt
