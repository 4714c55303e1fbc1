// Http1ResponseParser: reads one HTTP/1.1 response from bytes; the body as it comes, without copying.
// Boost.Beast does the grammar of the head. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/slice.h"
#include "http/request.h"

namespace eyas::http {

struct ResponseHead {
  int status = 0;
  Headers headers;
};

// Lives as long as one response is awaited.
class Http1ResponseParser {
 public:
  struct Limits {
    size_t header_bytes_max = 32 * 1024;  // all of a head
    size_t header_count_max = 200;
    unsigned informational_max = 8;  // "100 Continue" and the like before the answer
  };
  static constexpr size_t kChunkLineBytesMax =
      4096;  // a chunk's size line with its extensions, or a trailer line
  static constexpr unsigned kTrailerLinesMax = 100;

  enum class Progress : uint8_t {
    kNeedMore,
    kHead,      // once: head() is whole
    kBody,      // `body` is the next part of it
    kComplete,  // the response is whole
  };
  struct Fed {
    size_t consumed = 0;  // drop these; the rest must be fed again, with more behind it when kNeedMore
    Progress progress = Progress::kNeedMore;
    base::Bytes body;  // a part of what was fed
  };

  // `bodyless`: the answer to HEAD.
  Http1ResponseParser(Limits limits, bool bodyless) : limits_(limits), bodyless_(bodyless) {}

  // Errors: kMalformed, kLimit, kUnsupported; nothing may be fed after one.
  base::Result<Fed> feed(base::Bytes bytes);
  // The peer closed. Errors: kClosed when the response is not whole.
  base::Status finish() const;

  const ResponseHead& head() const { return head_; }
  // Whether the connection can carry another request once this response is whole.
  bool keep_alive() const { return keep_alive_; }

 private:
  enum class State : uint8_t {
    kHead,
    kLength,
    kUntilClose,
    kChunkSize,
    kChunk,
    kChunkEnd,
    kTrailer,
    kComplete
  };

  base::Result<Fed> feed_head(base::Bytes bytes);
  base::Status read_head(std::string_view text);
  base::Status read_framing(bool chunked);
  base::Result<Fed> feed_body(base::Bytes bytes);
  base::Result<Fed> feed_chunk_line(base::Bytes bytes);
  base::Status on_chunk_line(std::string_view line);

  Limits limits_;
  bool bodyless_;
  State state_ = State::kHead;
  ResponseHead head_;
  bool keep_alive_ = false;
  uint64_t left_ = 0;  // of the body or of the chunk
  unsigned informational_ = 0;
  unsigned trailer_lines_ = 0;
};

}  // namespace eyas::http
