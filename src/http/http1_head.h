// What the heads of HTTP/1.1 requests and responses have in common.
#pragma once

#include <string_view>

namespace eyas::http {

// Why this head, up to and with its empty line, could be taken in another sense by the next one in the chain
// [RFC 9112 2.2, 5.1, 5.2]; null when it could not.
const char* ambiguity(std::string_view head);

}  // namespace eyas::http
