#include "hub/name.h"

#include <algorithm>

namespace eyas::hub {
namespace {

bool allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

bool good_part(std::string_view part) {
  return !part.empty() && part.front() != '.' && std::ranges::all_of(part, allowed);
}

}  // namespace

base::Result<StreamName> StreamName::parse(std::string_view text) {
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) return parse(text, {});
  return parse(text.substr(0, slash), text.substr(slash + 1));
}

base::Result<StreamName> StreamName::parse(std::string_view app, std::string_view name) {
  if (!good_part(app) || !good_part(name) || app.size() + 1 + name.size() > kBytesMax) {
    return base::Error{base::Code::kMalformed,
                       "stream name: want app/name of letters, digits, '-', '_', '.', at most 128 bytes, "
                       "neither part starting with a dot",
                       {}};
  }
  return StreamName(std::string(app) + "/" + std::string(name));
}

}  // namespace eyas::hub
