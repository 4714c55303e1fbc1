#include "protocols/rtsp/multicast_range.h"

#include <algorithm>
#include <array>

#include "base/number.h"

namespace eyas::rtsp {
namespace {

constexpr unsigned kBitsLeast = 16;

bool read_number(std::string_view text, unsigned most, unsigned& out) {
  return base::read_number(text, out) && out <= most;
}

bool read_address(std::string_view text, uint32_t& out) {
  out = 0;
  for (int part = 0; part < 4; ++part) {
    size_t dot = part == 3 ? text.size() : text.find('.');
    unsigned byte = 0;
    if (dot == std::string_view::npos || !read_number(text.substr(0, dot), 255, byte)) return false;
    out = out << 8 | byte;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return true;
}

}  // namespace

base::Result<MulticastRange> MulticastRange::parse(std::string_view text) {
  size_t slash = std::min(text.find('/'), text.size());
  MulticastRange range;
  unsigned bits = 32;
  bool read = read_address(text.substr(0, slash), range.first_) &&
              (slash == text.size() || read_number(text.substr(slash + 1), 32, bits)) && bits >= kBitsLeast &&
              range.first_ >> 28 == 0xE;  // 224.0.0.0/4 [RFC 5771]
  if (!read)
    return base::Error{base::Code::kInvalidConfig, "rtsp.multicast.range",
                       "'" + std::string(text) +
                           "': an IPv4 multicast network of at most 65,536 groups, as in "
                           "239.255.42.0/24"};
  range.count_ = uint32_t{1} << (32 - bits);
  range.first_ &= ~(range.count_ - 1);
  return range;
}

std::string MulticastRange::address(uint32_t index) const {
  uint32_t address = first_ + index % std::max<uint32_t>(count_, 1);
  return std::to_string(address >> 24) + '.' + std::to_string(address >> 16 & 255) + '.' +
         std::to_string(address >> 8 & 255) + '.' + std::to_string(address & 255);
}

}  // namespace eyas::rtsp
