// An FLV file in memory, and the stamps that a publisher puts into its access units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace eyas::bench {

struct FileTag {
  uint8_t type = 0;  // as in FLV and RTMP: 8 audio, 9 video, 18 script
  uint32_t timestamp_ms = 0;
  std::vector<uint8_t> body;

  bool video() const { return type == 9; }
  bool header() const { return body.size() > 1 && type != 18 && body[1] == 0; }  // sequence header
  bool coded_video() const { return video() && body.size() > 5 && body[1] == 1; }
  bool key() const { return video() && !body.empty() && body[0] >> 4 == 1; }
};

// Exits with a message when the file cannot be read.
std::vector<FileTag> load_flv(const std::string& path);

// The same with its audio replaced by Opus in Enhanced RTMP's form: 20 ms packets of 64 kbit/s with the right
// header and nothing to hear.
std::vector<FileTag> with_opus(std::vector<FileTag> tags);

struct Stamp {
  uint64_t counter = 0;
  int64_t sent_ns = 0;  // CLOCK_MONOTONIC
};

// Puts an SEI message user_data_unregistered [H.264 D.1.7] before the NAL units of a coded video tag body,
// with the time and the counter as hexadecimal digits, which need no emulation prevention.
std::vector<uint8_t> with_stamp(base::Bytes tag_body, const Stamp& stamp);
// Finds it again in an FLV tag body.
std::optional<Stamp> stamp_of(base::Bytes tag_body);
// The last one in bytes of any form.
std::optional<Stamp> last_stamp_of(base::Bytes bytes);

}  // namespace eyas::bench
