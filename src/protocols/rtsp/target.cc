#include "protocols/rtsp/target.h"

#include <algorithm>

#include "base/words.h"
#include "protocols/rtsp/wire/message.h"

namespace eyas::rtsp {
namespace {

constexpr std::string_view kControl = "trackID=";

// Takes "/trackID=1" off the end.
std::string take_control(std::string& text) {
  size_t slash = text.rfind('/');
  std::string_view last = std::string_view(text).substr(slash == std::string::npos ? 0 : slash + 1);
  if (slash == std::string::npos || !last.starts_with(kControl)) return {};
  std::string control(last);
  text.resize(slash);
  return control;
}

void drop_slashes(std::string& text) {
  while (text.ends_with('/')) text.pop_back();
  text.erase(0, std::min(text.find_first_not_of('/'), text.size()));
}

}  // namespace

base::Result<Target> parse_target(std::string_view uri, size_t arguments_bytes_max) {
  size_t colon = uri.find("://");
  std::string_view scheme = uri.substr(0, colon);
  if (colon == std::string_view::npos ||
      !(base::same_word(scheme, "rtsp") || base::same_word(scheme, "rtsps")))
    return base::Error{base::Code::kMalformed, "rtsp: address", {}};
  std::string_view rest = uri.substr(colon + 3);
  std::string path(rest.substr(std::min(rest.find_first_of("/?"), rest.size())));
  Target target;
  if (size_t question = path.find('?'); question != std::string::npos) {
    target.arguments = path.substr(question + 1);
    path.resize(question);
    target.control = take_control(target.arguments);
    drop_slashes(target.arguments);
  }
  drop_slashes(path);
  if (target.control.empty()) target.control = take_control(path);
  drop_slashes(path);
  if (target.arguments.size() > arguments_bytes_max)
    return base::Error{base::Code::kLimit, "rtsp: arguments", {}};
  target.stream = std::move(path);
  return target;
}

}  // namespace eyas::rtsp
