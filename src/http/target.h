// Request targets [RFC 9112 3.2]: from what was sent to a path that is safe to match and to look up.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::http {

struct Target {
  std::string path;  // as Request::path promises
  std::string raw_query;
  std::vector<std::pair<std::string, std::string>> query;
  std::string authority;  // of the absolute form; empty otherwise
};

// Origin form, absolute form, and "*" (path "*"). Refused, since proxies and file systems disagree about
// them: dot segments, empty segments, %2F, %00 and other control bytes, backslashes, broken escapes, what is
// not UTF-8.
base::Result<Target> parse_target(std::string_view text);

}  // namespace eyas::http
