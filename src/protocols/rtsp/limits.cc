#include "protocols/rtsp/limits.h"

#include <array>
#include <string_view>

namespace eyas::rtsp {
namespace {

struct Row {
  std::string_view context;  // how the error's context begins
  Limit limit;
};
constexpr std::array<Row, 10> kRows = {{
    {"rtsp: bytes of a head", Limit::kHeadBytes},
    {"rtsp: number of headers", Limit::kHeaders},
    {"rtsp: body bytes", Limit::kBodyBytes},
    {"rtsp: requests per second", Limit::kRequestRate},
    {"rtsp: requests waiting", Limit::kRequestsWaiting},
    {"rtsp: arguments", Limit::kArgumentBytes},
    {"rtsp: login attempts", Limit::kLoginAttempts},
    {"sdp", Limit::kDescription},
    {"rtsp: idle", Limit::kIdleTimeout},
    {"rtsp: send", Limit::kSendTimeout},
}};

}  // namespace

const char* limit_name(Limit limit) {
  static constexpr std::array<const char*, static_cast<size_t>(Limit::kCount)> kNames = {
      "head_bytes",     "headers",     "body_bytes", "request_rate", "requests_waiting",    "argument_bytes",
      "login_attempts", "description", "idle",       "send",         "address_connections", "other"};
  return kNames[static_cast<size_t>(limit)];
}

Limit limit_of(const base::Error& error) {
  for (const Row& row : kRows) {
    if (std::string_view(error.context).starts_with(row.context)) return row.limit;
  }
  return Limit::kOther;
}

}  // namespace eyas::rtsp
