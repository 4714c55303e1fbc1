// The answers that packaged media is made of. Media never changes, so caches keep it; what is not there may
// come.
#pragma once

#include <string_view>
#include <vector>

#include "base/slice.h"
#include "http/exchange.h"

namespace eyas::protocols {

constexpr const char* kOneSecond = "public, max-age=1";
constexpr const char* kForever = "public, max-age=31536000, immutable";

// Caches keep the answer for a second.
void respond_error(http::Exchange& exchange, int status, std::string_view code, std::string_view message);
void respond_not_found(http::Exchange& exchange, std::string_view message);
// Caches keep the answer forever; part of it may be asked for.
void respond_media(http::Exchange& exchange, std::string_view type, std::vector<base::Slice> body);

}  // namespace eyas::protocols
