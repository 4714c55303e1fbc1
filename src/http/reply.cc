#include "http/reply.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <optional>

#include "base/number.h"
#include "base/words.h"
#include "http/cors.h"
#include "http/gzip.h"

namespace eyas::http {
namespace {

bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

// A value that came from a request (a redirect's place, an echoed name) cannot begin a header line of its
// own.
void remove_line_breaks(Headers& headers) {
  Headers clean;
  for (const Headers::Line& line : headers.lines()) {
    std::string value = line.value;
    std::replace_if(
        value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    clean.add(line.name, value);
  }
  headers = std::move(clean);
}

void add_common_headers(const Request& request, const RouteOptions& route, const Options& options,
                        base::WallTime now, Headers& headers) {
  bool broken = std::any_of(headers.lines().begin(), headers.lines().end(), [](const Headers::Line& line) {
    return line.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
  });
  if (broken) remove_line_breaks(headers);
  headers.add("date", http_date(now));
  headers.add("x-content-type-options", "nosniff");
  add_cors_headers(request, route, options.cors_origins, headers);
}

bool is_text(std::string_view type) {
  type = type.substr(0, type.find(';'));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml") ||
         type.ends_with("javascript") || type.ends_with("mpegurl");
}

bool should_compress(const Options& options, const Response& response) {
  return response.compressible && response.status == 200 && !response.headers.get("content-encoding") &&
         is_text(response.headers.get("content-type").value_or("")) &&
         response.body_bytes() >= options.compress_bytes_min;
}

void compress(const Request& request, Response& response) {
  response.headers.add("vary", "Accept-Encoding");
  if (!accepts_coding(request, "gzip")) return;
  base::Slice zipped = response.gzipped ? response.gzipped() : gzip(response.body);
  if (zipped.empty()) return;
  response.body = {std::move(zipped)};
  response.headers.set("content-encoding", "gzip");
  // Other bytes than those that a strong tag named.
  auto tag = response.headers.get("etag");
  if (tag && !tag->starts_with("W/")) response.headers.set("etag", "W/" + std::string(*tag));
}

std::vector<base::Slice> part_of(const std::vector<base::Slice>& body, uint64_t first, uint64_t count) {
  std::vector<base::Slice> out;
  for (const base::Slice& slice : body) {
    if (count == 0) break;
    if (first >= slice.size()) {
      first -= slice.size();
      continue;
    }
    out.push_back(slice.sub(first, count));
    count -= out.back().size();
    first = 0;
  }
  return out;
}

void apply_range(const Request& request, Response& response) {
  response.headers.set("accept-ranges", "bytes");
  auto wanted = request.header("range");
  // [RFC 9110 13.1.5] A part is only of use when the rest is of the same version.
  auto if_range = request.header("if-range");
  if (!wanted || (if_range && if_range != response.headers.get("etag"))) return;
  uint64_t size = response.body_bytes();
  ByteRange range = parse_range(*wanted, size);
  if (range.kind == ByteRange::Kind::kWhole) return;
  if (range.kind == ByteRange::Kind::kUnsatisfiable) {
    response.status = 416;
    response.body.clear();
    response.headers.set("content-range", "bytes */" + std::to_string(size));
    return;
  }
  response.status = 206;
  response.body = part_of(response.body, range.first, range.count);
  response.headers.set("content-range", "bytes " + std::to_string(range.first) + "-" +
                                            std::to_string(range.first + range.count - 1) + "/" +
                                            std::to_string(size));
}

std::optional<uint64_t> to_number(std::string_view text) {
  uint64_t value = 0;
  return base::read_number(text, value) ? std::optional(value) : std::nullopt;
}

// [RFC 9110 8.8.3.2] The weak comparison.
bool tag_is_in(std::string_view list, std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return base::list_has_word(list, "*") || base::list_has_word(list, tag) ||
         base::list_has_word(list, "W/" + std::string(tag));
}

}  // namespace

void complete_response(const Request& request, const RouteOptions& route, const Options& options,
                       base::WallTime now, Response& response) {
  bool reads = request.method == Method::kGet || request.method == Method::kHead;
  if (reads && response.status == 200 && is_not_modified(request, response.headers)) {
    response.status = 304;
    response.body.clear();
    response.headers.remove("content-type");
  }
  if (response.ranges && reads && response.status == 200) apply_range(request, response);
  if (should_compress(options, response)) compress(request, response);
  add_common_headers(request, route, options, now, response.headers);
  if (has_no_body(response.status)) {
    response.body.clear();
  } else {
    response.headers.set("content-length", std::to_string(response.body_bytes()));
  }
  if (request.method == Method::kHead) response.body.clear();
}

void complete_head(const Request& request, const RouteOptions& route, const Options& options,
                   base::WallTime now, StreamHead& head) {
  add_common_headers(request, route, options, now, head.headers);
  if (head.framing == StreamHead::Framing::kLength) {
    head.headers.set("content-length", std::to_string(head.content_length));
  }
}

std::string http_date(base::WallTime time) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // Thousands of answers go out in one second.
  thread_local std::time_t written_at = -1;
  thread_local std::string written;
  std::time_t at = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  if (at == written_at) return written;
  std::tm utc{};
  gmtime_r(&at, &utc);
  char out[64];
  std::snprintf(out, sizeof out, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[utc.tm_wday], utc.tm_mday,
                kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  written_at = at;
  return written = out;
}

ByteRange parse_range(std::string_view header, uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit) || header.find(',') != header.npos) return {};
  header.remove_prefix(kUnit.size());
  size_t dash = header.find('-');
  if (dash == header.npos) return {};
  auto first = to_number(header.substr(0, dash));
  auto last = to_number(header.substr(dash + 1));
  ByteRange range{ByteRange::Kind::kPart, 0, 0};
  if (dash == 0) {  // "-500": the last 500 bytes
    if (!last) return {};
    range.count = std::min(*last, size);
    range.first = size - range.count;
  } else {
    bool open_ended = dash + 1 == header.size();
    if (!first || (!last && !open_ended) || (last && *last < *first)) return {};
    range.first = *first;
    if (range.first < size) range.count = std::min(last.value_or(size - 1), size - 1) - range.first + 1;
  }
  if (range.count == 0) range.kind = ByteRange::Kind::kUnsatisfiable;
  return range;
}

bool is_not_modified(const Request& request, const Headers& headers) {
  auto tag = headers.get("etag");
  if (auto known = request.header("if-none-match")) return tag && tag_is_in(*known, *tag);
  auto since = request.header("if-modified-since");
  // Equal text is enough: peers send back what they were given, and anything else is answered in full.
  return since && since == headers.get("last-modified");
}

bool accepts_coding(const Request& request, std::string_view coding) {
  std::string list = request.headers.joined("accept-encoding");
  std::string_view rest = list;
  while (!rest.empty()) {
    size_t end = std::min(rest.find(','), rest.size());
    std::string_view item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    size_t semicolon = std::min(item.find(';'), item.size());
    if (!base::list_has_word(item.substr(0, semicolon), coding)) continue;
    std::string_view weight = item.substr(semicolon);
    size_t value = weight.find("q=");
    return value == weight.npos || weight.find_first_of("123456789", value) != weight.npos;
  }
  return false;
}

}  // namespace eyas::http
