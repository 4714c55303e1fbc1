// Playlists as text. Pure. [RFC 8216bis 4]
#pragma once

#include <span>
#include <string>

#include "container/cmaf/segment.h"

namespace eyas::hls {

using cmaf::Part;
using cmaf::Position;
using cmaf::RenditionView;
using cmaf::Segment;
using cmaf::SegmentPtr;

// The media playlist of `view`. `others` are reported on (EXT-X-RENDITION-REPORT). `skip`: a delta update
// that leaves out what is older than the skip boundary, when that is anything [RFC 8216bis 6.2.5.1].
std::string media_playlist(const RenditionView& view, std::span<const RenditionView* const> others,
                           bool skip);

// The multivariant playlist of a stream: one variant; audio beside video is a rendition. `folder` leads to
// the media playlists: "hls/".
std::string multivariant_playlist(std::span<const RenditionView* const> views, const std::string& folder);

std::string init_name(const RenditionView& view, uint64_t generation);
std::string segment_name(const RenditionView& view, uint64_t msn);
std::string part_name(const RenditionView& view, uint64_t msn, uint64_t part);

}  // namespace eyas::hls
