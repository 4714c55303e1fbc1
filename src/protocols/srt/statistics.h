// Counters of SRT, and what one session measures of its path.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "hub/facts.h"
#include "io/address_census.h"

namespace eyas::srt {

// Thread-safe.
struct Statistics {
  std::atomic<uint64_t> sessions_open{0};
  std::atomic<uint64_t> publishes{0};
  std::atomic<uint64_t> publishes_refused{0};
  std::atomic<uint64_t> plays{0};
  std::atomic<uint64_t> plays_refused{0};
  std::atomic<uint64_t> refused_stream_id{0};
  std::atomic<uint64_t> limit_sessions{0};
  std::atomic<uint64_t> limit_sessions_per_address{0};
  std::atomic<uint64_t> limit_early_bytes{0};
  std::atomic<uint64_t> malformed{0};
  std::atomic<uint64_t> bytes_in{0};
  std::atomic<uint64_t> bytes_out{0};
  // Of all paths to those who watch, ours to them and theirs to us.
  std::atomic<uint64_t> sent_packets{0};
  std::atomic<uint64_t> sent_packets_lost{0};
  std::atomic<uint64_t> sent_packets_resent{0};
  std::atomic<uint64_t> sent_packets_dropped{0};
  std::atomic<uint64_t> next_session{1};
  io::AddressCensus census;

  struct Named {
    const char* name;
    uint64_t value;
  };
  std::array<Named, 16> list() const {
    return {{{"sessions_open", sessions_open},
             {"publishes", publishes},
             {"publishes_refused", publishes_refused},
             {"plays", plays},
             {"plays_refused", plays_refused},
             {"refused_stream_id", refused_stream_id},
             {"limit_sessions", limit_sessions},
             {"limit_sessions_per_address", limit_sessions_per_address},
             {"limit_early_bytes", limit_early_bytes},
             {"malformed", malformed},
             {"bytes_in", bytes_in},
             {"bytes_out", bytes_out},
             {"sent_packets", sent_packets},
             {"sent_packets_lost", sent_packets_lost},
             {"sent_packets_resent", sent_packets_resent},
             {"sent_packets_dropped", sent_packets_dropped}}};
  }
};

// Of one session since it began, as libsrt tells it.
struct PathFacts {
  uint64_t rtt_us = 0;
  uint64_t packets = 0;  // media, in the session's direction
  uint64_t bytes = 0;
  uint64_t packets_lost = 0;
  uint64_t packets_resent = 0;
  uint64_t packets_dropped = 0;  // too late to be of use
  uint64_t latency_ms = 0;       // agreed

  hub::Counters counters() const {
    return {{"rtt_us", rtt_us},
            {"packets", packets},
            {"packets_lost", packets_lost},
            {"packets_resent", packets_resent},
            {"packets_dropped", packets_dropped},
            {"latency_ms", latency_ms}};
  }
};

}  // namespace eyas::srt
