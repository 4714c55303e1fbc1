#include "http/target.h"

#include <optional>

#include "base/number.h"
#include "base/utf8.h"

namespace eyas::http {
namespace {

using base::Code;
using base::Error;

// The byte that "%XX" at `at` stands for.
std::optional<char> escaped(std::string_view text, size_t at) {
  if (at + 2 >= text.size()) return std::nullopt;
  int high = base::hex_digit(text[at + 1]), low = base::hex_digit(text[at + 2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high << 4 | low);
}

bool is_control(char c) {
  return static_cast<uint8_t>(c) < 0x20 || c == 0x7f;
}

base::Result<std::string> decode_path(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      auto byte = escaped(raw, i);
      if (!byte || *byte == '/') return Error{Code::kMalformed, "http target: escape", {}};
      c = *byte;
      i += 2;
    }
    if (is_control(c) || c == '\\') return Error{Code::kMalformed, "http target: byte", {}};
    out.push_back(c);
  }
  return out;
}

// [RFC 3986 3.3] A last empty segment (a trailing slash) is fine; any other would be merged by some and kept
// by others.
bool segments_are_plain(std::string_view path) {
  for (size_t begin = 1; begin <= path.size();) {
    size_t end = std::min(path.find('/', begin), path.size());
    std::string_view segment = path.substr(begin, end - begin);
    if (segment == "." || segment == ".." || (segment.empty() && end != path.size())) return false;
    begin = end + 1;
  }
  return true;
}

// Queries are data, not names: a broken escape stands for itself.
std::string decode_query(std::string_view raw) {
  std::string out;
  for (size_t i = 0; i < raw.size(); ++i) {
    std::optional<char> byte = raw[i] == '%' ? escaped(raw, i) : std::nullopt;
    if (byte) i += 2;
    out.push_back(byte ? *byte : raw[i] == '+' ? ' ' : raw[i]);
  }
  return out;
}

void parse_query(std::string_view raw, std::vector<std::pair<std::string, std::string>>& out) {
  while (!raw.empty()) {
    size_t end = std::min(raw.find('&'), raw.size());
    std::string_view pair = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (pair.empty()) continue;
    size_t equals = std::min(pair.find('='), pair.size());
    out.emplace_back(decode_query(pair.substr(0, equals)),
                     decode_query(pair.substr(std::min(equals + 1, pair.size()))));
  }
}

// "http://host/path" -> "/path", keeping the host [RFC 9112 3.2.2].
std::string_view strip_authority(std::string_view text, std::string& authority) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    size_t end = std::min(text.find_first_of("/?"), text.size());
    authority = text.substr(0, end);
    text.remove_prefix(end);
    return text;
  }
  return text;
}

}  // namespace

base::Result<Target> parse_target(std::string_view text) {
  Target target;
  if (text == "*") {
    target.path = "*";
    return target;
  }
  text = strip_authority(text, target.authority);
  // [RFC 9110 4.2.3] "http://host?query" means the root.
  bool root = !target.authority.empty() && (text.empty() || text.front() == '?');
  if ((!root && !text.starts_with('/')) || text.find('#') != text.npos)
    return Error{Code::kMalformed, "http target: form", {}};
  size_t mark = std::min(text.find('?'), text.size());
  auto path = decode_path(root ? "/" : text.substr(0, mark));
  if (!path) return path.error();
  if (!segments_are_plain(*path) || !base::is_utf8(base::as_bytes(*path))) {
    return Error{Code::kMalformed, "http target: path", {}};
  }
  target.path = std::move(*path);
  target.raw_query = text.substr(std::min(mark + 1, text.size()));
  parse_query(target.raw_query, target.query);
  return target;
}

}  // namespace eyas::http
