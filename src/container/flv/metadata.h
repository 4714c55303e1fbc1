// onMetaData: what an FLV says about itself before its first tag.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "container/flv/amf_value.h"
#include "media/frame.h"

namespace eyas::flv {

// What we take from a publisher's onMetaData. Tracks themselves come from sequence headers alone.
struct MetadataFacts {
  bool names_tracks = false;     // a codec id or a picture size
  bool announces_audio = false;  // an audio codec id other than 0
};
// Reads a script tag's body. nullopt when it is no onMetaData. Errors: as amf0_read_all.
base::Result<std::optional<MetadataFacts>> read_metadata(base::Bytes body, const AmfLimits& limits);

// A script tag's body for the first video and the first audio track; either may be null.
std::vector<uint8_t> write_metadata(const media::Track* video, const media::Track* audio);

}  // namespace eyas::flv
