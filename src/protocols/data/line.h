// A frame of a data track as one line of JSON. Pure.
#pragma once

#include <optional>
#include <string>

#include "media/frame.h"

namespace eyas::data {

// Payloads above this are named, and left out of their line: telemetry is small.
constexpr size_t kPayloadBytesMax = 256 * 1024;

// {"track":3,"media_type":"application/klv","pts_ms":1234.567,"capture":ISO,"data":{...}} and a line feed.
// `data` is the payload when it is JSON and its track says so; else `base64` has it; a payload that is too
// large is only counted: "omitted_bytes". `capture` is when it was taken, as its sender said; without his
// word "arrival" stands there: when it came in, `arrived`.
std::string line_of(const media::Frame& frame, base::WallTime arrived);

// Whether its track says that it is JSON: "application/json", "application/geo+json; profile=x".
bool says_json(const std::string& media_type);

}  // namespace eyas::data
