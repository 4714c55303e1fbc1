// The one table of protocols.
#pragma once

#include <memory>
#include <vector>

#include "protocols/protocol.h"

namespace eyas::server {

std::vector<std::unique_ptr<protocols::Protocol>> make_protocols();

}  // namespace eyas::server
