// The limits of a session by name, for the metrics: which of them peers run into.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace eyas::rtsp {

// Each is a field of Options or of MessageLimits.
enum class Limit : uint8_t {
  kHeadBytes,
  kHeaders,
  kBodyBytes,
  kRequestRate,
  kRequestsWaiting,
  kArgumentBytes,  // the request is refused; the connection goes on
  kLoginAttempts,
  kDescription,  // what rtp/sdp bounds: refused, likewise
  kIdleTimeout,
  kSendTimeout,
  kAddressConnections,
  kOther,
  kCount,
};

// The metric's label: "head_bytes".
const char* limit_name(Limit limit);
// Which limit an error with code kLimit or kTimeout tells of.
Limit limit_of(const base::Error& error);

}  // namespace eyas::rtsp
