#include "protocols/srt/wire/stream_id.h"

#include <algorithm>

#include "base/url.h"

namespace eyas::srt {
namespace {

using base::Code;
using base::Error;

constexpr std::string_view kStandard = "#!::";

void add_argument(StreamId& id, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  if (!id.arguments.empty()) id.arguments += '&';
  id.arguments += std::string(key) + "=" + std::string(value);
}

// The text up to the separator, which goes with it.
std::string_view take_until(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

base::Result<StreamId> finished(StreamId id) {
  // DEVIATION: encoders that build the id from an address leave its slash in front.
  if (id.resource.starts_with('/')) id.resource.erase(0, 1);
  if (id.resource.empty()) return Error{Code::kMalformed, "srt stream id: it names no stream", {}};
  return id;
}

base::Result<StreamId::Mode> mode_of(std::string_view word) {
  if (word == "publish") return StreamId::Mode::kPublish;
  if (word == "read" || word == "request" || word == "play") return StreamId::Mode::kRead;
  return Error{Code::kUnsupported, "srt stream id: the mode is publish or read", std::string(word)};
}

base::Result<StreamId> parse_standard(std::string_view text) {
  StreamId id;
  while (!text.empty()) {
    std::string_view value = take_until(text, ',');
    const std::string_view key = take_until(value, '=');
    if (key == "r") {
      id.resource = value;
    } else if (key == "m") {
      auto mode = mode_of(value);
      if (!mode) return mode.error();
      id.mode = *mode;
    } else if (key == "t") {
      if (value != "stream")
        return Error{Code::kUnsupported, "srt stream id: only t=stream", std::string(value)};
    } else if (key == "u") {
      add_argument(id, "user", value);
    } else if (key == "s") {
      add_argument(id, "pass", value);
    }
  }
  return finished(std::move(id));
}

base::Result<StreamId> parse_short(std::string_view text) {
  StreamId id;
  auto mode = mode_of(take_until(text, ':'));
  if (!mode) return mode.error();
  id.mode = *mode;
  const size_t question = std::min(text.find('?'), text.size());
  std::string_view place = text.substr(0, question);
  id.resource = take_until(place, ':');
  add_argument(id, "user", take_until(place, ':'));
  add_argument(id, "pass", place);
  if (question < text.size() && question + 1 < text.size()) {
    if (!id.arguments.empty()) id.arguments += '&';
    id.arguments += text.substr(question + 1);
  }
  return finished(std::move(id));
}

}  // namespace

base::Result<StreamId> parse_stream_id(std::string_view text) {
  if (text.empty())
    return Error{Code::kMalformed, "srt stream id: none; publish:app/name or read:app/name is needed", {}};
  if (text.size() > kStreamIdBytesMax) return Error{Code::kLimit, "srt stream id: longer than 512 bytes", {}};
  const bool plain = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!plain) return Error{Code::kMalformed, "srt stream id: blanks or control characters", {}};
  // DEVIATION: tools that leave the escapes of an address as they are send "%23!::r%3Dlive/alpha".
  if (text.starts_with("%23")) {
    auto decoded = base::percent_decoded(text);
    if (!decoded) return decoded.error();
    return parse_stream_id(*decoded);  // begins with '#' now
  }
  if (text.starts_with(kStandard)) return parse_standard(text.substr(kStandard.size()));
  if (text.find(':') == text.npos)
    return Error{Code::kMalformed, "srt stream id: publish: or read: is missing", {}};
  return parse_short(text);
}

}  // namespace eyas::srt
