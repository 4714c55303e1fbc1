// Facts as JSON texts: the shapes that openapi.json describes.
#pragma once

#include <string>
#include <vector>

#include "api/api.h"
#include "api/streams.h"
#include "hub/facts.h"

namespace eyas::api {

// `info`: where streams are served. `source`: the pull that brings it; null: none.
std::string stream_json(const hub::StreamFacts& facts, const ServerInfo& info,
                        const sources::TransferReport* source = nullptr);
std::string streams_json(const Listing& listing, const ServerInfo& info);
// The same, as a message of the WebSocket.
std::string streams_message(const Listing& listing, const ServerInfo& info, base::WallTime now);
std::string info_json(const ServerInfo& info, base::WallTime now);

}  // namespace eyas::api
