#include "http/request.h"

#include <algorithm>
#include <array>

#include "base/words.h"

namespace eyas::http {
namespace {

constexpr std::array<const char*, 7> kMethodNames = {"GET",   "HEAD",   "POST",   "PUT",
                                                     "PATCH", "DELETE", "OPTIONS"};

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
  lines_.push_back({base::lowered(name), std::string(value)});
}

void Headers::set(std::string_view name, std::string_view value) {
  std::string key = base::lowered(name);
  if (!lines_.empty()) remove(key);
  lines_.push_back({std::move(key), std::string(value)});
}

void Headers::remove(std::string_view name) {
  std::erase_if(lines_, [name](const Line& line) { return line.name == name; });
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
  return method == Method::kGet && base::list_has_word(headers.joined("upgrade"), "websocket") &&
         base::list_has_word(headers.joined("connection"), "upgrade");
}

}  // namespace eyas::http
