// The playlist of transport stream segments, for players that know no fragments. Pure. [RFC 8216 4]
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "container/mpegts/segment_format.h"

namespace eyas::hls {

// `folder` leads to the segments: "ts/".
std::string ts_playlist(const mpegts::TsWindow& window, const std::string& folder);

// The number in "1700000123.ts".
std::optional<uint64_t> parse_ts_segment(std::string_view file);

}  // namespace eyas::hls
