#include "protocols/hls/ts_playlist.h"

#include <cinttypes>
#include <cstdio>

#include "base/iso_time.h"
#include "base/number.h"

namespace eyas::hls {

std::string ts_playlist(const mpegts::TsWindow& window, const std::string& folder) {
  // Version 3 has durations with decimals; nothing else is needed, and old players know no more.
  char text[256];
  std::snprintf(text, sizeof text,
                "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:%" PRId64 "\n#EXT-X-MEDIA-SEQUENCE:%" PRIu64
                "\n#EXT-X-DISCONTINUITY-SEQUENCE:%" PRIu64 "\n",
                static_cast<int64_t>(std::chrono::duration_cast<std::chrono::seconds>(window.target).count()),
                window.listed.empty() ? uint64_t{0} : window.listed.front()->number,
                window.discontinuity_sequence);
  std::string out = text;
  for (const mpegts::TsSegmentPtr& segment : window.listed) {
    if (segment->discontinuity) out += "#EXT-X-DISCONTINUITY\n";
    std::snprintf(text, sizeof text, "#EXTINF:%.5f,\n", base::to_seconds(segment->duration));
    out += "#EXT-X-PROGRAM-DATE-TIME:" + base::iso_time(segment->start) + '\n' + text + folder +
           std::to_string(segment->number) + ".ts\n";
  }
  return out;
}

std::optional<uint64_t> parse_ts_segment(std::string_view file) {
  if (!file.ends_with(".ts")) return std::nullopt;
  file.remove_suffix(3);
  return base::number_of<uint64_t>(file);
}

}  // namespace eyas::hls
