// `eyas discover`: the ONVIF cameras of this machine's networks, printed.
#pragma once

#include "server/config.h"
#include "sources/onvif/discovery.h"

namespace eyas::server {

// The program's exit status: 0 when a camera was found. `as_json`: what the API would answer.
int discover(const Config& config, const onvif::DiscoveryRequest& request, bool as_json);

}  // namespace eyas::server
