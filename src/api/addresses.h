// Where a stream is published and watched, by way.
#pragma once

#include <map>
#include <string>

#include "api/api.h"

namespace eyas::api {

// Paths of the HTTP server, and URLs with "HOST" for the name by which the asker reaches this server. Ways
// that are turned off have an empty address.
std::map<std::string, std::string> addresses_of(const std::string& stream, const ServerInfo& info);

}  // namespace eyas::api
