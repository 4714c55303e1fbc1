// Probe: a short run of packets, faster than the estimate, whose arrival tells whether the path carries more.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace eyas::webrtc {

// What came of one probe. Lives on its session's loop.
class Probe {
 public:
  static constexpr unsigned kPacketsMin = 5;
  static constexpr base::Duration kSpan = std::chrono::milliseconds(20);
  // Packets of a probe that are not reported within this long are lost.
  static constexpr base::Duration kReportMax = std::chrono::seconds(1);

  Probe(uint8_t id, uint64_t rate_bps, base::MonoTime now)
      : id_(id), rate_bps_(rate_bps), began_(now), bytes_wanted_(bytes_for(rate_bps)) {}

  uint8_t id() const { return id_; }
  uint64_t rate_bps() const { return rate_bps_; }
  bool sending() const { return bytes_sent_ < bytes_wanted_ || packets_sent_ < kPacketsMin; }
  // When the next packet of the probe should leave.
  base::MonoTime next_at() const;

  void on_sent(size_t bytes);
  // `arrival` nullopt: lost.
  void on_result(base::MonoTime sent, std::optional<base::Duration> arrival, size_t bytes);
  bool over(base::MonoTime now) const;
  // What the path was seen to carry; nullopt when too little of it came through to tell.
  std::optional<uint64_t> carried_bps() const;

 private:
  static size_t bytes_for(uint64_t rate_bps);

  uint8_t id_;
  uint64_t rate_bps_;
  base::MonoTime began_;
  size_t bytes_wanted_;
  size_t bytes_sent_ = 0;
  unsigned packets_sent_ = 0;
  unsigned reported_ = 0;
  unsigned received_ = 0;
  size_t bytes_received_ = 0;
  size_t first_bytes_ = 0;  // of the packet that arrived first
  size_t last_sent_bytes_ = 0;
  base::MonoTime first_sent_;
  base::MonoTime last_sent_;
  base::Duration first_arrival_{0};
  base::Duration last_arrival_{0};
};

}  // namespace eyas::webrtc
