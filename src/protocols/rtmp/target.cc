#include "protocols/rtmp/target.h"

#include <vector>

namespace eyas::rtmp {
namespace {

constexpr std::string_view kDefaultInstance = "_definst_";

// Cuts "?..." off `text` and appends it to the arguments.
void take_arguments(std::string_view& text, std::string& arguments) {
  size_t at = text.find('?');
  if (at == std::string_view::npos) return;
  if (!arguments.empty()) arguments += '&';
  arguments += text.substr(at + 1);
  text = text.substr(0, at);
}

void append_parts(std::string_view path, std::vector<std::string_view>& parts) {
  while (!path.empty()) {
    size_t slash = path.find('/');
    std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != kDefaultInstance) parts.push_back(part);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
}

std::string_view without_container_prefix(std::string_view name) {
  for (std::string_view prefix : {"flv:", "mp4:", "mp3:"}) {
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  }
  return name;
}

}  // namespace

base::Result<Target> make_target(std::string_view app, std::string_view name, size_t arguments_bytes_max) {
  Target target;
  take_arguments(app, target.arguments);
  take_arguments(name, target.arguments);
  if (target.arguments.size() > arguments_bytes_max) {
    return base::Error{base::Code::kLimit, "rtmp: arguments of the stream name", {}};
  }
  std::vector<std::string_view> parts;
  append_parts(app, parts);
  append_parts(without_container_prefix(name), parts);
  if (parts.size() != 2) {
    return base::Error{base::Code::kMalformed, "a stream's name is app/name, like live/alpha", {}};
  }
  target.stream = std::string(parts[0]) + "/" + std::string(parts[1]);
  return target;
}

}  // namespace eyas::rtmp
