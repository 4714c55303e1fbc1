#include "protocols/dash/resource.h"

#include "base/number.h"

namespace eyas::dash {
namespace {

constexpr std::string_view kInitEnd = "_init.mp4";
constexpr std::string_view kSegmentEnd = ".m4s";

}  // namespace

std::optional<Resource> parse_resource(std::string_view file) {
  Resource resource;
  resource.kind = file.ends_with(kInitEnd) ? Resource::Kind::kInit : Resource::Kind::kSegment;
  const std::string_view end = resource.kind == Resource::Kind::kInit ? kInitEnd : kSegmentEnd;
  if (!file.ends_with(end)) return std::nullopt;
  file.remove_suffix(end.size());
  const size_t bar = file.find('_');
  if (bar == 0 || bar == std::string_view::npos) return std::nullopt;
  resource.track = file.substr(0, bar);
  if (!base::read_number(file.substr(bar + 1), resource.number)) return std::nullopt;
  return resource;
}

}  // namespace eyas::dash
