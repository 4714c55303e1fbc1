#include "http/http1_response_parser.h"

#include <algorithm>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/number.h"
#include "http/http1_head.h"

namespace eyas::http {
namespace {

namespace beast = boost::beast::http;
using base::Code;
using base::Error;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

Error malformed(const char* why) {
  return {Code::kMalformed, why, {}};
}

std::string_view to_view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

base::Result<Http1ResponseParser::Fed> Http1ResponseParser::feed(base::Bytes bytes) {
  switch (state_) {
    case State::kHead:
      return feed_head(bytes);
    case State::kChunkSize:
    case State::kChunkEnd:
    case State::kTrailer:
      return feed_chunk_line(bytes);
    case State::kComplete:
      return Fed{0, Progress::kComplete, {}};
    default:
      return feed_body(bytes);
  }
}

base::Status Http1ResponseParser::finish() const {
  if (state_ == State::kUntilClose || state_ == State::kComplete) return {};
  return Error{Code::kClosed, "http client: closed before the answer was whole", {}};
}

base::Result<Http1ResponseParser::Fed> Http1ResponseParser::feed_head(base::Bytes bytes) {
  std::string_view text = base::as_text(bytes);
  constexpr std::string_view kBegin = "HTTP/1.";
  size_t compared = std::min(text.size(), kBegin.size());
  if (text.substr(0, compared) != kBegin.substr(0, compared))
    return malformed("http client: not an HTTP answer");
  size_t end = text.find(kHeadEnd);
  size_t head_bytes = end == std::string_view::npos ? text.size() : end + kHeadEnd.size();
  if (head_bytes > limits_.header_bytes_max) return Error{Code::kLimit, "http client: header bytes", {}};
  if (end == std::string_view::npos) return Fed{};
  head_ = {};
  if (base::Status status = read_head(text.substr(0, head_bytes)); !status) return status.error();
  if (head_.status < 200) {
    if (head_.status == 101 || ++informational_ > limits_.informational_max)
      return malformed("http client: informational answers");
    return Fed{head_bytes, Progress::kNeedMore, {}};
  }
  return Fed{head_bytes, Progress::kHead, {}};
}

base::Status Http1ResponseParser::read_head(std::string_view text) {
  if (const char* why = ambiguity(text)) return malformed(why);
  beast::response_parser<beast::empty_body> parser;
  parser.header_limit(static_cast<uint32_t>(limits_.header_bytes_max + 8));
  parser.body_limit(boost::none);
  boost::system::error_code failed;
  parser.put(boost::asio::const_buffer(text.data(), text.size()), failed);
  if ((failed && failed != beast::error::need_more) || !parser.is_header_done())
    return malformed("http client: head of the answer");
  const auto& message = parser.get();
  head_.status = static_cast<int>(message.result_int());
  size_t count = 0;
  for (const auto& field : message) {
    if (++count > limits_.header_count_max) return Error{Code::kLimit, "http client: header count", {}};
    head_.headers.add(to_view(field.name_string()), to_view(field.value()));
  }
  keep_alive_ = message.keep_alive();
  return head_.status < 200 ? base::Status() : read_framing(parser.chunked());
}

// [RFC 9112 6.3]
base::Status Http1ResponseParser::read_framing(bool chunked) {
  const Headers& headers = head_.headers;
  size_t lengths = headers.count("content-length");
  if (bodyless_ || head_.status == 204 || head_.status == 304) {
    state_ = State::kComplete;
  } else if (headers.count("transfer-encoding") > 0) {
    if (lengths > 0) return malformed("http client: both Content-Length and Transfer-Encoding");
    if (!chunked || headers.joined("transfer-encoding").find(',') != std::string::npos)
      return Error{Code::kUnsupported, "http client: transfer coding", {}};
    state_ = State::kChunkSize;
  } else if (lengths > 0) {
    if (lengths > 1 || !base::read_number(*headers.get("content-length"), left_))
      return malformed("http client: Content-Length");
    state_ = left_ == 0 ? State::kComplete : State::kLength;
  } else {
    state_ = State::kUntilClose;
    keep_alive_ = false;
  }
  return {};
}

base::Result<Http1ResponseParser::Fed> Http1ResponseParser::feed_body(base::Bytes bytes) {
  if (bytes.empty()) return Fed{};
  if (state_ == State::kUntilClose) return Fed{bytes.size(), Progress::kBody, bytes};
  size_t take = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
  left_ -= take;
  if (left_ == 0) state_ = state_ == State::kLength ? State::kComplete : State::kChunkEnd;
  return Fed{take, Progress::kBody, bytes.first(take)};
}

// [RFC 9112 7.1]
base::Result<Http1ResponseParser::Fed> Http1ResponseParser::feed_chunk_line(base::Bytes bytes) {
  std::string_view text = base::as_text(bytes);
  size_t end = text.find("\r\n");
  if (std::min(end, text.size()) > kChunkLineBytesMax)
    return Error{Code::kLimit, "http client: chunk line", {}};
  if (end == std::string_view::npos) {
    if (state_ == State::kChunkEnd && !text.empty() && text != "\r")
      return malformed("http client: end of chunk");
    return Fed{};
  }
  if (base::Status status = on_chunk_line(text.substr(0, end)); !status) return status.error();
  return Fed{end + 2, state_ == State::kComplete ? Progress::kComplete : Progress::kNeedMore, {}};
}

base::Status Http1ResponseParser::on_chunk_line(std::string_view line) {
  if (state_ == State::kChunkEnd) {
    if (!line.empty()) return malformed("http client: end of chunk");
    state_ = State::kChunkSize;
  } else if (state_ == State::kChunkSize) {
    std::string_view digits = line.substr(0, line.find_first_of("; \t"));
    if (!base::read_number(digits, left_, 16)) return malformed("http client: size of chunk");
    state_ = left_ == 0 ? State::kTrailer : State::kChunk;
  } else if (line.empty()) {
    state_ = State::kComplete;
  } else if (++trailer_lines_ > kTrailerLinesMax) {
    return Error{Code::kLimit, "http client: trailer lines", {}};
  }
  return {};
}

}  // namespace eyas::http
