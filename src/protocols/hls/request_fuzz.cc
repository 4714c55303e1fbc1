// Property: what is read of a request, written again, reads as the same. Input: lines: a file name, _HLS_msn,
// _HLS_part, _HLS_skip; an empty one is not there.
#include <array>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "protocols/hls/snapshot.h"
#include "protocols/hls/ts_playlist.h"

namespace {

using namespace eyas;
using Kind = hls::Resource::Kind;

std::string text_of(const hls::Resource& resource) {
  std::string track(resource.track), number = std::to_string(resource.number);
  switch (resource.kind) {
    case Kind::kPlaylist:
      return track + ".m3u8";
    case Kind::kInit:
      return track + '_' + number + "_init.mp4";
    case Kind::kSegment:
      return track + '_' + number + ".m4s";
    case Kind::kPart:
      break;
  }
  return track + '_' + number + '_' + std::to_string(resource.part) + ".m4s";
}

void read_file(std::string_view file) {
  if (auto number = hls::parse_ts_segment(file))
    CHECK(hls::parse_ts_segment(std::to_string(*number) + ".ts") == number);
  auto resource = hls::parse_resource(file);
  if (!resource) return;
  std::string again = text_of(*resource);
  auto read = hls::parse_resource(again);
  CHECK(read && read->kind == resource->kind && read->track == resource->track &&
        read->number == resource->number && read->part == resource->part);
}

void read_reload(std::optional<std::string_view> msn, std::optional<std::string_view> part,
                 std::optional<std::string_view> skip) {
  auto reload = hls::parse_reload(msn, part, skip);
  if (!reload) return;
  CHECK(reload->msn.has_value() == msn.has_value() && reload->part.has_value() == part.has_value());
  CHECK(!reload->part || reload->msn);
  CHECK(reload->skip == skip.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = base::as_text({data, size});
  std::array<std::optional<std::string_view>, 4> lines;
  for (auto& line : lines) {
    std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    if (!one.empty()) line = one;
  }
  read_file(lines[0].value_or(""));
  read_reload(lines[1], lines[2], lines[3]);
  return 0;
}
