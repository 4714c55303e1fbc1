// Which other sites may use which routes from a browser.
#pragma once

#include <string>
#include <vector>

#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

namespace eyas::http {

// True when the request names no Origin (not a browser, or a plain navigation), its own, or one that is
// allowed.
bool origin_allowed(const Request& request, const RouteOptions& route,
                    const std::vector<std::string>& origins);

// True when a browser asks for a route of our own pages, unencrypted, under a full domain name that is none
// of `names` ("*": any): whoever owns such a name may have it point at us, and his page then passes for ours
// (DNS rebinding). Addresses, names without a dot and *.local belong to no stranger.
bool goes_by_foreign_name(const Request& request, const RouteOptions& route,
                          const std::vector<std::string>& names);

// Adds Access-Control-Allow-Origin and its companions to an answer, where they are due.
void add_cors_headers(const Request& request, const RouteOptions& route,
                      const std::vector<std::string>& origins, Headers& headers);

// The answer to OPTIONS on a known path: a preflight, or a plain question for Allow.
Response answer_options(const Request& request, const RouteOptions& route,
                        const std::vector<std::string>& origins, const std::vector<Method>& allowed);

// "GET, HEAD, POST"
std::string allow_list(const std::vector<Method>& allowed);

}  // namespace eyas::http
