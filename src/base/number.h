// Numbers as text protocols write them.
#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace eyas::base {

// Reads `text`, all of it; false when it is no such number or does not fit. A sign is taken only for signed
// types, and only '-'.
template <typename Number>
bool read_number(std::string_view text, Number& out, int radix = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, radix);
  return error == std::errc() && end == text.data() + text.size();
}

// Of '0' to '9', 'a' to 'f', 'A' to 'F'; -1 for others.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace eyas::base
