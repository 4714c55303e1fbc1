// Words of text protocols: ASCII, compared in any case.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace eyas::base {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

inline bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// Without blanks and tabs at either end.
inline std::string_view trimmed(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Whether "a, b,c" has `word`.
bool list_has_word(std::string_view list, std::string_view word);

}  // namespace eyas::base
