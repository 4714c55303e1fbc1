// AV1 in transport streams: OBUs behind start codes ["Carriage of AV1 in MPEG-2 TS", AOM, clause 3.2].
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::mpegts {

// Of a temporal unit in canonical form; `leading`: OBUs that go first.
std::vector<uint8_t> write_ts_obus(base::Bytes leading, base::Bytes temporal_unit);

// Back to canonical form: each OBU with its size, temporal delimiters and padding left out.
// DEVIATION: bytes without a start code are taken for plain OBUs: so GStreamer's own mapping ('AV1G') has
// them, and whoever took the draft for what FFmpeg writes. Errors: kMalformed.
base::Result<std::vector<uint8_t>> read_ts_obus(base::Bytes bytes);

}  // namespace eyas::mpegts
