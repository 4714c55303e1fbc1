// The ingest's limits and times.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "rtp/reorder.h"

namespace eyas::webrtc {

struct IngestOptions {
  rtp::ReorderOptions reorder;
  size_t unit_bytes_max = 16 * 1024 * 1024;  // of one access unit
  size_t sources_max = 64;                   // SSRCs at a time, those of RTX among them; more are passed over

  base::Duration report_interval = std::chrono::seconds(1);              // RR, REMB
  base::Duration feedback_interval = std::chrono::milliseconds(50);      // transport-wide feedback
  base::Duration nack_interval = std::chrono::milliseconds(5);           // how often holes are looked at
  base::Duration key_request_interval = std::chrono::milliseconds(500);  // between two PLIs of one source
  // A simulcast layer without a picture for this long gives its place to the next best.
  base::Duration layer_gone = std::chrono::milliseconds(1500);
  // A sender whose clock differs from ours by more does not know the time: what it says is no capture time.
  base::Duration clock_skew_max = std::chrono::seconds(10);

  uint64_t bitrate_max_bps = 50'000'000;  // the most that REMB asks for
  uint64_t bitrate_min_bps = 100'000;     // the least
};

}  // namespace eyas::webrtc
