#include "protocols/hls/options.h"

namespace eyas::hls {

void describe(base::OptionSchema& schema, Options& options) {
  schema.milliseconds("hls.part_duration_ms", options.part_duration, 50, 5'000, "Length of a part, nearly.");
  schema.milliseconds("hls.segment_duration_ms", options.segment_duration, 500, 30'000,
                      "A segment ends at the first keyframe after this.");
  schema.milliseconds("hls.segment_duration_max_ms", options.segment_duration_max, 500, 30'000,
                      "A segment ends here without a keyframe; the target duration.");
  schema.number("hls.window_segments", options.window_segments, 3, 1'000, "Segments in a playlist.");
  schema.number("hls.window_bytes", options.window_bytes, 1'000'000, 8'000'000'000,
                "Memory for the segments of one stream.");
  schema.truth("hls.keep_sei", options.keep_sei, "Pass SEI on to viewers.");
  schema.truth("hls.data", options.data,
               "Data tracks (KLV, JSON, ID3) go along in fragments of HLS and DASH, as event messages.");
  schema.choice("hls.sound", options.sound, {"aac", "original"},
                "Sound in AAC, made of others when it has to be, or as the publisher sends it.");
  schema.choice("hls.start", options.start, {"viewer", "publish"},
                "Package from the first viewer on, or as long as the stream is live.");
  schema.milliseconds("hls.idle_close_ms", options.idle_close, 1'000, 3'600'000,
                      "Stop packaging when nobody has asked for so long.");
  schema.milliseconds("hls.start_timeout_ms", options.start_timeout, 100, 60'000,
                      "How long a request waits for the first media.");
  schema.milliseconds("hls.block_max_ms", options.block_max, 100, 60'000,
                      "How long a blocking reload waits.");
  schema.number("hls.blocked_max", options.blocked_max, 1, 1'000'000,
                "Requests that may wait, for each stream and loop.");
  schema.milliseconds("hls.viewer_window_ms", options.viewer_window, 1'000, 600'000,
                      "A viewer counts for so long after his last request.");
  schema.number("hls.viewers_max", options.viewers_max, 1, 10'000'000,
                "Viewers told apart, for each stream and loop.");
}

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
