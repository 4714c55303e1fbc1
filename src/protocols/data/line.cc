#include "protocols/data/line.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/iso_time.h"

namespace eyas::data {
namespace {

std::string base64_of(base::Bytes bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? bytes[at + i] : 0U);
    for (size_t i = 0; i < 4; ++i) out += i <= count ? kAlphabet[group >> (18 - 6 * i) & 0x3f] : '=';
  }
  return out;
}

// A string of JSON, whatever bytes a sender's label has.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// The text itself when it is JSON. Line feeds in JSON stand between tokens only, where a blank does as well.
std::optional<std::string> json_of(base::Bytes payload) {
  const std::string_view text = base::as_text(payload);
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
  return line + "\",\"base64\":\"" + base64_of(payload) + "\"}\n";
}

}  // namespace eyas::data
