// Which stream, and which track of it, an RTSP address means.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace eyas::rtsp {

struct Target {
  std::string stream;     // "live/alpha"; not yet checked against the hub's rule for names
  std::string arguments;  // behind '?', without a control: "user=a&pass=b"
  std::string control;    // "trackID=1"; empty: the whole
};

// "rtsp://host:8554/live/alpha?key=x/trackID=1": players put a control behind the address, query and all;
// others before the query. A trailing slash is dropped. Errors: kMalformed without an absolute address,
// kLimit.
base::Result<Target> parse_target(std::string_view uri, size_t arguments_bytes_max);

}  // namespace eyas::rtsp
