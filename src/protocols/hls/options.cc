#include "protocols/hls/options.h"

namespace eyas::hls {

base::Status check(const Options& options) {
  using base::Code;
  using base::Error;
  constexpr base::Duration kPartMin = std::chrono::milliseconds(50);
  constexpr base::Duration kSegmentMin = std::chrono::milliseconds(500);
  constexpr base::Duration kSegmentMax = std::chrono::seconds(30);
  if (options.part_duration < kPartMin || options.part_duration > options.segment_duration)
    return Error{Code::kInvalidConfig, "hls.part_duration: 50 ms to hls.segment_duration", {}};
  if (options.segment_duration < kSegmentMin || options.segment_duration > options.segment_duration_max)
    return Error{Code::kInvalidConfig, "hls.segment_duration: 500 ms to hls.segment_duration_max", {}};
  if (options.segment_duration_max > kSegmentMax)
    return Error{Code::kInvalidConfig, "hls.segment_duration_max: at most 30 s", {}};
  if (options.window_segments < 3) return Error{Code::kInvalidConfig, "hls.window_segments: at least 3", {}};
  return {};
}

}  // namespace eyas::hls
