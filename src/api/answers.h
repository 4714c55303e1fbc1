// What routes that take JSON and change something have in common.
#pragma once

#include "base/result.h"
#include "http/exchange.h"

namespace eyas::api {

// True when the body is called JSON; else 415 has been answered. A page of another origin cannot send this
// type without asking first: it makes nobody's browser change anything here.
bool brings_json(const http::Request& request, http::Exchange& exchange);

// 404, 409, 500 or 400, by the error's code; its context and detail are the message.
http::Response refusal(const base::Error& error);

}  // namespace eyas::api
