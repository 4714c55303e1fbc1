#include "base/utf8.h"

#include <cstdio>

namespace eyas::base {
namespace {

void put_escape(std::string& out, uint8_t code) {
  char escape[8];
  std::snprintf(escape, sizeof escape, "\\u%04x", code);
  out += escape;
}

}  // namespace

bool is_utf8(Bytes bytes) {
  for (size_t i = 0; i < bytes.size();) {
    uint8_t lead = bytes[i++];
    if (lead < 0x80) continue;
    size_t more = lead >= 0xc2 && lead <= 0xdf   ? 1
                  : (lead & 0xf0) == 0xe0        ? 2
                  : lead >= 0xf0 && lead <= 0xf4 ? 3
                                                 : 0;
    if (more == 0 || bytes.size() - i < more) return false;
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (; more > 0; --more, low = 0x80, high = 0xbf) {
      uint8_t next = bytes[i++];
      if (next < low || next > high) return false;
    }
  }
  return true;
}

std::string json_quoted(std::string_view text) {
  const bool valid = is_utf8(as_bytes(text));
  std::string out = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7F) {
      put_escape(out, byte);
    } else if (valid && byte == 0xC2 && static_cast<uint8_t>(text[i + 1]) < 0xA0) {
      put_escape(out, static_cast<uint8_t>(text[++i]));  // C1 is two bytes: C2, and the code itself
    } else if (byte >= 0x80 && !valid) {
      out += '?';
    } else {
      if (byte == '"' || byte == '\\') out += '\\';
      out += text[i];
    }
  }
  return out += '"';
}

}  // namespace eyas::base
