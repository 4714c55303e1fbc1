// Http1Parser: reads one HTTP/1.1 request from bytes. Boost.Beast does the grammar; what it tolerates and
// proxies disagree about (the ground of request smuggling) is refused here first. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "http/options.h"
#include "http/request.h"

namespace eyas::http {

// Made when a request's first byte comes, gone when it is whole: it costs some hundred bytes.
class Http1Parser {
 public:
  enum class Progress : uint8_t {
    kNeedMore,
    kHead,      // once: the head is whole; look at it, set the body limit, feed on
    kComplete,  // the request is whole
  };
  struct Fed {
    size_t consumed = 0;  // drop these; the rest must be fed again, with more behind it when kNeedMore
    Progress progress = Progress::kNeedMore;
  };
  struct Head {
    bool keep_alive = false;
    bool expects_continue = false;
    bool chunked = false;
    std::optional<uint64_t> content_length;
  };

  explicit Http1Parser(const Options& options);
  ~Http1Parser();

  // After an error, status() is what to answer with before closing.
  base::Result<Fed> feed(base::Bytes bytes);
  int status() const { return status_; }

  const Head& head() const { return head_; }
  // From kHead on, without body; take it once.
  std::shared_ptr<Request> take_request() { return std::move(request_); }
  void set_body_limit(uint64_t bytes) { body_bytes_max_ = bytes; }
  base::Slice take_body();
  // What came of the body since the last call; it is then held no longer.
  std::string take_part();

 private:
  base::Result<Fed> feed_head(base::Bytes bytes);
  base::Result<Fed> feed_body(base::Bytes bytes);
  base::Status check_size_so_far(base::Bytes bytes);
  base::Status build_request();
  base::Status read_framing();
  base::Error fail(int status, base::Code code, const char* why);

  struct Grammar;  // the Beast parser
  const Options& options_;
  std::unique_ptr<Grammar> grammar_;
  std::shared_ptr<Request> request_;
  Head head_;
  uint64_t body_bytes_max_ = 0;
  uint64_t body_bytes_taken_ = 0;
  size_t scanned_ = 0;  // bytes already searched for the end of the head
  bool head_done_ = false;
  int status_ = 400;
};

}  // namespace eyas::http
