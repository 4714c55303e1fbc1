#include "http/request.h"

#include <algorithm>
#include <array>

namespace eyas::http {
namespace {

constexpr std::array<const char*, 7> kMethodNames = {"GET",   "HEAD",   "POST",   "PUT",
                                                     "PATCH", "DELETE", "OPTIONS"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

const char* method_name(Method method) {
  return kMethodNames[static_cast<size_t>(method)];
}

std::optional<Method> method_from(std::string_view name) {
  for (size_t i = 0; i < kMethodNames.size(); ++i) {
    if (name == kMethodNames[i]) return static_cast<Method>(i);
  }
  return std::nullopt;
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const Line& line : lines_) {
    if (line.name == name) return line.value;
  }
  return std::nullopt;
}

std::string Headers::joined(std::string_view name) const {
  std::string out;
  for (const Line& line : lines_) {
    if (line.name != name) continue;
    if (!out.empty()) out += ", ";
    out += line.value;
  }
  return out;
}

size_t Headers::count(std::string_view name) const {
  return static_cast<size_t>(
      std::count_if(lines_.begin(), lines_.end(), [name](const Line& line) { return line.name == name; }));
}

void Headers::add(std::string_view name, std::string_view value) {
  lines_.push_back({lowered(name), std::string(value)});
}

void Headers::set(std::string_view name, std::string_view value) {
  std::string key = lowered(name);
  if (!lines_.empty()) remove(key);
  lines_.push_back({std::move(key), std::string(value)});
}

void Headers::remove(std::string_view name) {
  std::erase_if(lines_, [name](const Line& line) { return line.name == name; });
}

bool list_has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    size_t end = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trimmed(list.substr(0, end)), token)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

std::string_view Request::param(std::string_view name) const {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

bool Request::wants_websocket() const {
  if (connects_websocket) return true;
  return method == Method::kGet && list_has_token(headers.joined("upgrade"), "websocket") &&
         list_has_token(headers.joined("connection"), "upgrade");
}

}  // namespace eyas::http
