// Reading ISO BMFF boxes of strangers: bounded in depth, count and size; never beyond the span.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::mp4 {

struct Box {
  std::string_view type;  // four characters, in the bytes that were read
  size_t header_bytes = 8;
  base::Bytes body;  // after the header; of a FullBox it starts with version and flags
};

// Walks the boxes that lie one after another in a span.
class BoxCursor {
 public:
  explicit BoxCursor(base::Bytes bytes) : bytes_(bytes) {}

  // The next box; nullopt at the end. A size of 0 means "to the end", 1 means a 64-bit size follows
  // [ISO 14496-12 4.2]. Errors: kMalformed when a box is shorter than its header or longer than what is left.
  base::Result<std::optional<Box>> next();

 private:
  base::Bytes bytes_;
};

struct ReadLimits {
  size_t depth_max = 12;
  size_t boxes_max = 10'000;
  size_t samples_max = 100'000;  // in one fragment
  size_t tracks_max = 64;
};

// Visits every box, containers before their children. `path` is "moov/trak/mdia".
base::Status walk_boxes(base::Bytes bytes, const ReadLimits& limits,
                        const std::function<void(std::string_view path, const Box& box)>& visit);

struct ReadTrack {
  uint32_t id = 0;
  uint32_t timescale = 0;
  std::array<char, 4> handler{};       // "vide", "soun"
  std::array<char, 4> sample_entry{};  // "avc1", "mp4a", ...
  base::Bytes entry;                   // the first sample entry's body, in the bytes that were read
  // What a sample is like when its fragment does not say it. [ISO 14496-12 8.8.3]
  uint32_t default_duration = 0;
  uint32_t default_size = 0;
  uint32_t default_flags = 0;
};
// The tracks of a header (init) segment.
base::Result<std::vector<ReadTrack>> read_init(base::Bytes bytes, const ReadLimits& limits = {});

struct ReadSample {
  uint64_t decode_time = 0;  // ticks
  uint32_t duration = 0;
  int32_t composition_offset = 0;
  bool key = false;
  base::Bytes payload;
};
struct ReadRun {
  uint32_t track_id = 0;
  uint64_t decode_time = 0;
  std::vector<ReadSample> samples;
};
// The runs of all fragments in `bytes` (a part or a segment), in their order. Errors: kMalformed, kLimit,
// kUnsupported for fragments whose samples lie outside `bytes` or whose offsets do not start at moof.
// `tracks`, from the header segment, give the defaults.
base::Result<std::vector<ReadRun>> read_fragments(base::Bytes bytes, const ReadLimits& limits = {},
                                                  std::span<const ReadTrack> tracks = {});

}  // namespace eyas::mp4
