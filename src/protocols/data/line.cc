#include "protocols/data/line.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/iso_time.h"

namespace eyas::data {
namespace {

// A string of JSON, whatever bytes a sender's label has.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// The text itself when it is JSON. Line feeds in JSON stand between tokens only, where a blank does as well.
std::optional<std::string> json_of(base::Bytes payload) {
  std::string_view text = base::as_text(payload);
  // The parser passes over a byte order mark, which is no JSON inside of a line [RFC 8259 8.1].
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  // The parser takes a zero byte for the end, and what follows it for nothing.
  if (text.find('\0') != text.npos || !nlohmann::json::accept(text)) return std::nullopt;
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '\r', ' ');
  return line;
}

}  // namespace

bool says_json(const std::string& media_type) {
  const std::string type = media_type.substr(0, media_type.find(';'));
  return type == "application/json" || type.ends_with("+json");
}

std::string line_of(const media::Frame& frame, base::WallTime arrived) {
  char time[64];
  std::snprintf(time, sizeof time, ",\"pts_ms\":%.3f", base::to_seconds(frame.pts.time_since_epoch()) * 1000);
  std::string line = "{\"track\":" + std::to_string(frame.track->id) +
                     ",\"media_type\":" + quoted(frame.track->media_type) + time;
  line += frame.capture ? ",\"capture\":\"" + base::iso_time(*frame.capture)
                        : ",\"arrival\":\"" + base::iso_time(arrived);
  const base::Bytes payload = frame.payload;
  if (payload.size() > kPayloadBytesMax)
    return line + "\",\"omitted_bytes\":" + std::to_string(payload.size()) + "}\n";
  if (says_json(frame.track->media_type)) {
    if (const auto json = json_of(payload)) return line + "\",\"data\":" + *json + "}\n";
  }
  return line + "\",\"base64\":\"" + base::base64(payload) + "\"}\n";
}

}  // namespace eyas::data
