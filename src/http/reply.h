// From what a handler answered to what is sent: conditions, ranges, compression, and the headers that are
// always there.
#pragma once

#include "http/options.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

namespace eyas::http {

// Completes `response` for the request; afterwards body and headers are what goes out, content-length
// included, the body emptied for HEAD, 204 and 304.
void complete_response(const Request& request, const RouteOptions& route, const Options& options,
                       base::WallTime now, Response& response);

// The same for the head of a body that is sent bit by bit.
void complete_head(const Request& request, const RouteOptions& route, const Options& options,
                   base::WallTime now, StreamHead& head);

// "Sun, 06 Nov 1994 08:49:37 GMT" [RFC 9110 5.6.7].
std::string http_date(base::WallTime time);

// One byte range of a body of `size` bytes [RFC 9110 14.1.2].
struct ByteRange {
  enum class Kind : uint8_t { kWhole, kPart, kUnsatisfiable } kind = Kind::kWhole;
  uint64_t first = 0;
  uint64_t count = 0;
};
// kWhole for what is malformed, of another unit, or asks for several ranges: those are answered in full.
ByteRange parse_range(std::string_view header, uint64_t size);

// True when If-None-Match (or, without it, If-Modified-Since) says that the peer has this version.
bool is_not_modified(const Request& request, const Headers& headers);

// True when the request accepts this coding with a weight above 0 [RFC 9110 12.5.3].
bool accepts_coding(const Request& request, std::string_view coding);

}  // namespace eyas::http
