// Event messages: `emsg` boxes, which carry timed data beside fragments. [ISO 23009-1 5.10.3.3]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"

namespace eyas::mp4 {

struct Event {
  std::string scheme;      // a URI: what the data is
  std::string value;       // which of the scheme's, as the scheme defines it
  uint32_t timescale = 1;  // ticks a second
  uint64_t time = 0;       // on the media timeline, ticks
  uint32_t duration = 0;   // ticks; 0 = a moment
  uint32_t id = 0;         // players pass over one that they have had
  base::Slice data;
};

// Appends the box in version 1, whose time is the media timeline's own. Zero bytes in `scheme` or `value` end
// them.
void write_event(const Event& event, base::ByteWriter& out);

// What a box says; `scheme`, `value` and `data` lie in the bytes that were read.
struct ReadEvent {
  std::string_view scheme;
  std::string_view value;
  uint32_t timescale = 0;
  uint64_t time = 0;
  uint32_t duration = 0;
  uint32_t id = 0;
  base::Bytes data;
};
// `body`: of an `emsg` box. Errors: kMalformed, kUnsupported for versions other than 1.
base::Result<ReadEvent> read_event(base::Bytes body);

}  // namespace eyas::mp4
