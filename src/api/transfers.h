// The API of pulls and pushes: lists, adds, changes, restarts and drops them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/router.h"
#include "sources/transfers.h"

namespace eyas::api {

// Registers the routes below /api/v1/pulls and /api/v1/pushes. Both outlive the router's use.
void register_transfers(http::Router& router, sources::Transfers& transfers);

std::string transfer_json(sources::Direction direction, const sources::TransferReport& report);
// A JSON object as a record: nested keys with dots. Errors: kMalformed, saying what is wrong.
base::Result<base::RecordText> record_of(std::string_view body);

}  // namespace eyas::api
