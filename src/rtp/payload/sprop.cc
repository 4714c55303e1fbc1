#include "rtp/payload/sprop.h"

#include <string>

#include "codec/nal/nal.h"

namespace eyas::rtp {
namespace {

constexpr const char* kParameters[] = {"sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets"};

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

void append_sets(std::vector<uint8_t>& out, std::string_view list) {
  while (!list.empty()) {
    size_t comma = std::min(list.find(','), list.size());
    auto unit = decode_base64(list.substr(0, comma));
    if (unit && !unit->empty()) codec::nal::append(out, *unit);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

}  // namespace

std::vector<uint8_t> sprop_sets(const DepacketizerConfig& config) {
  std::vector<uint8_t> out;
  for (const char* name : kParameters) {
    auto found = config.fmtp.find(name);
    if (found != config.fmtp.end()) append_sets(out, found->second);
  }
  return out;
}

std::optional<std::vector<uint8_t>> decode_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::vector<uint8_t> out;
  out.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  unsigned held = 0;
  for (char c : text) {
    int digit = base64_digit(c);
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<uint8_t>(bits >> held));
  }
  return out;
}

}  // namespace eyas::rtp
