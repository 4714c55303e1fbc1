// The limits of a session by name, for the metrics: which of them peers run into.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace eyas::rtmp {

// Each is a field of Options, or of the rooms that a session uses.
enum class Limit : uint8_t {
  kMessageBytes,
  kChunkStreams,
  kUnfinishedBytes,
  kMessageStreams,  // refused with a command; the connection goes on
  kArgumentBytes,   // likewise
  kCommandBytes,
  kCommandValues,  // depth, count and text of AMF values
  kCommandRate,
  kMedia,  // what container/flv bounds: tracks, parts of a picture
  kEarlyBytes,
  kHandshakeTimeout,
  kIdleTimeout,
  kAddressConnections,
  kOther,
  kCount,
};

// The metric's label: "message_bytes".
const char* limit_name(Limit limit);
// Which limit an error with code kLimit or kTimeout tells of.
Limit limit_of(const base::Error& error);

}  // namespace eyas::rtmp
