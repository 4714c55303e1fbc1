#include "http/http1_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <utility>

#include "base/words.h"
#include "http/http1_head.h"
#include "http/target.h"

namespace eyas::http {
namespace {

namespace beast = boost::beast::http;
using base::Code;
using base::Error;

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr size_t kChunkLineBytesMax = 4096;  // a chunk's size line with its extensions, or the trailer

std::string_view to_view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// Beast's own string_body makes room for all of the body as soon as its length is known.
struct GrowingBody {
  using value_type = std::string;
  class reader {
   public:
    template <bool kRequest, class Fields>
    reader(beast::header<kRequest, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>&, boost::system::error_code& failed) { failed = {}; }
    template <class Buffers>
    size_t put(const Buffers& buffers, boost::system::error_code& failed) {
      failed = {};
      size_t count = 0;
      for (auto at = boost::asio::buffer_sequence_begin(buffers);
           at != boost::asio::buffer_sequence_end(buffers); ++at) {
        boost::asio::const_buffer one(*at);
        body_.append(static_cast<const char*>(one.data()), one.size());
        count += one.size();
      }
      return count;
    }
    void finish(boost::system::error_code& failed) { failed = {}; }

   private:
    value_type& body_;
  };
};

}  // namespace

struct Http1Parser::Grammar {
  beast::request_parser<GrowingBody> parser;
};

Http1Parser::Http1Parser(const Options& options) : options_(options), grammar_(std::make_unique<Grammar>()) {
  // Both limits are kept by us, before Beast sees the bytes.
  grammar_->parser.header_limit(
      static_cast<uint32_t>(std::min<size_t>(options.header_bytes_max + 8, UINT32_MAX)));
  grammar_->parser.body_limit(boost::none);
}

Http1Parser::~Http1Parser() = default;

Error Http1Parser::fail(int status, Code code, const char* why) {
  status_ = status;
  return {code, why, {}};
}

base::Result<Http1Parser::Fed> Http1Parser::feed(base::Bytes bytes) {
  return head_done_ ? feed_body(bytes) : feed_head(bytes);
}

base::Status Http1Parser::check_size_so_far(base::Bytes bytes) {
  std::string_view text = base::as_text(bytes);
  size_t line_end = std::min(text.find("\r\n"), text.size());
  size_t uri_begin = std::min(text.find(' '), line_end);
  size_t uri_end = std::min(text.find(' ', uri_begin + 1), line_end);
  if (uri_end - uri_begin > options_.uri_bytes_max + 1) return fail(414, Code::kLimit, "http1: uri");
  if (text.size() > options_.header_bytes_max) return fail(431, Code::kLimit, "http1: header bytes");
  return {};
}

base::Result<Http1Parser::Fed> Http1Parser::feed_head(base::Bytes bytes) {
  // [RFC 9112 2.2] An empty line before the request line is ignored; one, not a flood of them.
  size_t skipped = scanned_ == 0 && base::as_text(bytes).starts_with("\r\n") ? 2 : 0;
  bytes = bytes.subspan(skipped);
  if (base::as_text(bytes) == "\r") return Fed{skipped, Progress::kNeedMore};
  std::string_view text = base::as_text(bytes);
  size_t from = scanned_ < kHeadEnd.size() ? 0 : scanned_ - kHeadEnd.size();
  size_t end = text.find(kHeadEnd, from);
  size_t head_size = std::min(end == text.npos ? text.size() : end + kHeadEnd.size(), text.size());
  if (auto sized = check_size_so_far(bytes.first(head_size)); !sized) return sized.error();
  scanned_ = text.size();
  if (end == text.npos) {
    // A control byte will not get better by waiting: a TLS hello or RTMP handshake on this port ends now.
    if (!text.empty() && static_cast<uint8_t>(text[0]) <= 0x20)
      return fail(400, Code::kMalformed, "http1: request line");
    return Fed{skipped, Progress::kNeedMore};
  }
  if (const char* why = ambiguity(text.substr(0, head_size))) return fail(400, Code::kMalformed, why);
  boost::system::error_code failed;
  grammar_->parser.put(boost::asio::const_buffer(bytes.data(), head_size), failed);
  if (failed && failed != beast::error::need_more) {
    bool version = failed == beast::error::bad_version;
    return fail(version ? 505 : 400, Code::kMalformed, version ? "http1: version" : "http1: head");
  }
  if (!grammar_->parser.is_header_done()) return fail(400, Code::kMalformed, "http1: head");
  if (auto built = build_request(); !built) return built.error();
  head_done_ = true;
  return Fed{skipped + head_size, Progress::kHead};
}

// [RFC 9112 6.1, 6.3] Where the body ends must have one reading only.
base::Status Http1Parser::read_framing() {
  const Headers& headers = request_->headers;
  size_t lengths = headers.count("content-length");
  if (headers.count("transfer-encoding") > 0) {
    if (lengths > 0) return fail(400, Code::kMalformed, "http1: both Content-Length and Transfer-Encoding");
    if (request_->version == Version::kHttp10)
      return fail(400, Code::kMalformed, "http1: chunks in HTTP/1.0");
    if (headers.count("transfer-encoding") != 1 || !grammar_->parser.chunked() ||
        headers.get("transfer-encoding")->find(',') != std::string_view::npos) {
      return fail(501, Code::kUnsupported, "http1: transfer coding");
    }
    head_.chunked = true;
  }
  if (lengths > 1) return fail(400, Code::kMalformed, "http1: several Content-Length");
  // Beast takes "3, 3", too.
  std::string_view digits = lengths == 1 ? *headers.get("content-length") : std::string_view("0");
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) {
    return fail(400, Code::kMalformed, "http1: Content-Length");
  }
  if (auto length = grammar_->parser.content_length(); length && lengths == 1) head_.content_length = *length;
  return {};
}

base::Status Http1Parser::build_request() {
  const auto& message = grammar_->parser.get();
  request_ = std::make_shared<Request>();
  if (message.version() != 10 && message.version() != 11)
    return fail(505, Code::kUnsupported, "http1: version");
  request_->version = message.version() == 11 ? Version::kHttp11 : Version::kHttp10;
  auto method = method_from(to_view(message.method_string()));
  if (!method) return fail(501, Code::kUnsupported, "http1: method");
  request_->method = *method;
  size_t count = 0;
  for (const auto& field : message) {
    if (++count > options_.header_count_max) return fail(431, Code::kLimit, "http1: header count");
    request_->headers.add(to_view(field.name_string()), to_view(field.value()));
  }
  // [RFC 9112 3.2] One Host; HTTP/1.0 may have none.
  size_t hosts = request_->headers.count("host");
  if (hosts > 1 || (hosts == 0 && message.version() == 11)) return fail(400, Code::kMalformed, "http1: Host");
  auto target = parse_target(to_view(message.target()));
  if (!target || (target->path == "*" && *method != Method::kOptions))
    return fail(400, Code::kMalformed, "http1: target");
  request_->path = std::move(target->path);
  request_->raw_query = std::move(target->raw_query);
  request_->query = std::move(target->query);
  request_->authority =
      target->authority.empty() ? request_->headers.get("host").value_or("") : target->authority;
  if (auto framed = read_framing(); !framed) return framed;
  head_.keep_alive = message.keep_alive();
  head_.expects_continue = request_->version == Version::kHttp11 &&
                           base::list_has_word(request_->headers.joined("expect"), "100-continue");
  return {};
}

base::Result<Http1Parser::Fed> Http1Parser::feed_body(base::Bytes bytes) {
  auto& parser = grammar_->parser;
  Fed fed;
  parser.eager(true);
  while (!parser.is_done()) {
    boost::system::error_code failed;
    base::Bytes rest = bytes.subspan(fed.consumed);
    if (rest.empty()) return fed;
    size_t used = parser.put(boost::asio::const_buffer(rest.data(), rest.size()), failed);
    fed.consumed += used;
    if (body_bytes_taken_ + parser.get().body().size() > body_bytes_max_)
      return fail(413, Code::kLimit, "http1: body");
    if (failed && failed != beast::error::need_more) return fail(400, Code::kMalformed, "http1: body");
    if (failed == beast::error::need_more || used == 0) {
      if (bytes.size() - fed.consumed > kChunkLineBytesMax)
        return fail(400, Code::kLimit, "http1: chunk line");
      return fed;
    }
  }
  fed.progress = Progress::kComplete;
  return fed;
}

std::string Http1Parser::take_part() {
  std::string part = std::exchange(grammar_->parser.get().body(), {});
  body_bytes_taken_ += part.size();
  return part;
}

base::Slice Http1Parser::take_body() {
  std::string& body = grammar_->parser.get().body();
  return body.empty() ? base::Slice() : base::Slice::copy_of(body);
}

}  // namespace eyas::http
