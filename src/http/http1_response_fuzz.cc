// Answers of strangers: no crash, no byte of a body that was not fed, and any split gives the same.
#include <string>

#include "base/check.h"
#include "http/http1_response_parser.h"

using namespace eyas;

namespace {

struct Outcome {
  bool failed = false;
  bool whole = false;
  int status = 0;
  std::string body;
  bool operator==(const Outcome&) const = default;
};

Outcome read(base::Bytes bytes, size_t piece, bool bodyless) {
  http::Http1ResponseParser parser({4096, 50, 4}, bodyless);
  Outcome out;
  size_t begin = 0, end = 0;
  bool waiting = true;
  while (!waiting || end < bytes.size()) {
    if (waiting) end = std::min(bytes.size(), end + piece);
    auto fed = parser.feed(bytes.subspan(begin, end - begin));
    if (!fed) {
      out.failed = true;
      return out;
    }
    CHECK(fed->consumed <= end - begin && fed->body.size() <= fed->consumed);
    out.body += base::as_text(fed->body);
    begin += fed->consumed;
    if (fed->progress == http::Http1ResponseParser::Progress::kComplete) break;
    waiting = fed->progress == http::Http1ResponseParser::Progress::kNeedMore && fed->consumed == 0;
  }
  out.whole = parser.finish().ok();
  out.status = parser.head().status;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  base::Bytes bytes(data + 1, size - 1);
  bool bodyless = (data[0] & 1) != 0;
  Outcome at_once = read(bytes, bytes.size() + 1, bodyless);
  Outcome in_pieces = read(bytes, 1 + data[0] % 7, bodyless);
  // In pieces an error may come before a part of the body that is wrong only later.
  if (at_once.failed || in_pieces.failed)
    CHECK(at_once.failed == in_pieces.failed);
  else
    CHECK(at_once == in_pieces);
  return 0;
}
