#include "protocols/rtmp/limits.h"

#include <array>
#include <string_view>

namespace eyas::rtmp {
namespace {

struct Row {
  std::string_view context;  // how the error's context begins
  Limit limit;
};
constexpr std::array<Row, 12> kRows = {{
    {"rtmp chunk: message bytes", Limit::kMessageBytes},
    {"rtmp chunk: chunk streams", Limit::kChunkStreams},
    {"rtmp chunk: unfinished bytes", Limit::kUnfinishedBytes},
    {"rtmp: arguments", Limit::kArgumentBytes},
    {"rtmp command: bytes", Limit::kCommandBytes},
    {"amf0: ", Limit::kCommandValues},
    {"amf3: ", Limit::kCommandValues},
    {"rtmp: commands per second", Limit::kCommandRate},
    {"flv: ", Limit::kMedia},
    {"rtmp: media before", Limit::kEarlyBytes},
    {"rtmp: handshake", Limit::kHandshakeTimeout},
    {"rtmp: idle", Limit::kIdleTimeout},
}};

}  // namespace

const char* limit_name(Limit limit) {
  static constexpr std::array<const char*, static_cast<size_t>(Limit::kCount)> kNames = {
      "message_bytes",       "chunk_streams",  "unfinished_bytes",
      "message_streams",     "argument_bytes", "command_bytes",
      "command_values",      "command_rate",   "media",
      "early_bytes",         "handshake",      "idle",
      "address_connections", "other"};
  return kNames[static_cast<size_t>(limit)];
}

Limit limit_of(const base::Error& error) {
  for (const Row& row : kRows) {
    if (std::string_view(error.context).starts_with(row.context)) return row.limit;
  }
  return Limit::kOther;
}

}  // namespace eyas::rtmp
