// Numbers as text protocols write them.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace eyas::base {

// Reads `text`, all of it; false when it is no such number or does not fit. A sign is taken only for signed
// types, and only '-'.
template <std::integral Number>
bool read_number(std::string_view text, Number& out, int radix = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, radix);
  return error == std::errc() && end == text.data() + text.size();
}
template <std::floating_point Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// The same, where a value says more than a bool.
template <typename Number, typename... Radix>
std::optional<Number> number_of(std::string_view text, Radix... radix) {
  Number value{};
  return read_number(text, value, radix...) ? std::optional(value) : std::nullopt;
}

// Of '0' to '9', 'a' to 'f', 'A' to 'F'; -1 for others.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace eyas::base
