// Facts as JSON texts: the shapes that openapi.json describes.
#pragma once

#include <string>
#include <vector>

#include "api/api.h"
#include "hub/facts.h"

namespace eyas::api {

// "2026-11-21T13:00:00.000Z"
std::string iso8601(base::WallTime time);

std::string stream_json(const hub::StreamFacts& facts);
std::string streams_json(const std::vector<hub::StreamFacts>& streams);
// The same, as a message of the WebSocket.
std::string streams_message(const std::vector<hub::StreamFacts>& streams, base::WallTime now);
std::string info_json(const ServerInfo& info, base::WallTime now);

}  // namespace eyas::api
