#include "protocols/rtsp/wire/message_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/number.h"
#include "base/words.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;

constexpr std::string_view kProtocol = "RTSP/";

Error malformed(const char* what) {
  return {Code::kMalformed, what, {}};
}

// The length of the head with its empty line; nullopt when that has not come. Lines end with CR LF;
// DEVIATION: cameras end them with LF alone.
std::optional<size_t> head_size(std::string_view text, size_t from) {
  while (true) {
    size_t end = text.find('\n', from);
    if (end == std::string_view::npos) return std::nullopt;
    size_t next = end + 1;
    if (next < text.size() && text[next] == '\r') ++next;
    if (next >= text.size()) return std::nullopt;
    if (text[next] == '\n') return next + 1;
    from = end + 1;
  }
}

std::string_view take_line(std::string_view& text) {
  size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// Up to the next blank; blanks behind it are taken too.
std::string_view take_word(std::string_view& text) {
  size_t end = std::min(text.find(' '), text.size());
  std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  text = base::trimmed(text);
  return word;
}

bool read_version(std::string_view text, Version& version) {
  if (text.size() < kProtocol.size() || !base::same_word(text.substr(0, kProtocol.size()), kProtocol))
    return false;
  text.remove_prefix(kProtocol.size());
  size_t dot = text.find('.');
  return dot != std::string_view::npos && base::read_number(text.substr(0, dot), version.major) &&
         base::read_number(text.substr(dot + 1), version.minor);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

bool is_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 || c == '\t'; });
}

base::Status read_headers(std::string_view text, size_t count_max, HeaderList& headers) {
  std::string name;
  std::string value;
  auto finish = [&] {
    if (!name.empty()) headers.add(std::exchange(name, {}), std::exchange(value, {}));
  };
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.empty()) break;
    if (!is_text(line)) return malformed("rtsp: header holds control characters");
    if (line.front() == ' ' || line.front() == '\t') {  // folded [RFC 2326 4.2, RFC 2068 4.2]
      std::string_view more = base::trimmed(line);
      if (!value.empty() && !more.empty()) value += ' ';
      value += more;
      continue;
    }
    finish();
    if (headers.size() >= count_max) return Error{Code::kLimit, "rtsp: number of headers", {}};
    size_t colon = line.find(':');
    // DEVIATION: lines that are no headers are passed over; cameras have them.
    if (colon == std::string_view::npos) continue;
    name = base::trimmed(line.substr(0, colon));
    value = base::trimmed(line.substr(colon + 1));
  }
  finish();
  return {};
}

// Two that differ would let two readers see two messages.
base::Result<size_t> content_length(const HeaderList& headers, size_t bytes_max) {
  std::optional<uint64_t> length;
  for (std::string_view value : headers.all("Content-Length")) {
    uint64_t number = 0;
    if (!base::read_number(value, number)) return malformed("rtsp: Content-Length");
    if (length && *length != number) return malformed("rtsp: two Content-Lengths");
    length = number;
  }
  if (length.value_or(0) > bytes_max) return Error{Code::kLimit, "rtsp: body bytes", std::to_string(*length)};
  return static_cast<size_t>(length.value_or(0));
}

struct FirstLine {
  bool is_response = false;
  Request request;
  Response response;
};

base::Result<FirstLine> read_first_line(std::string_view line) {
  FirstLine first;
  if (!is_text(line)) return malformed("rtsp: first line holds control characters");
  if (line.size() >= kProtocol.size() && base::same_word(line.substr(0, kProtocol.size()), kProtocol)) {
    first.is_response = true;
    if (!read_version(take_word(line), first.response.version)) return malformed("rtsp: version");
    if (!base::read_number(take_word(line), first.response.status) || first.response.status < 100 ||
        first.response.status > 999)
      return malformed("rtsp: status");
    first.response.reason = line;
    return first;
  }
  std::string_view method = take_word(line);
  if (!is_token(method)) return malformed("rtsp: method");
  first.request.method = method;
  // The version is the last word: DEVIATION: players leave blanks in addresses as they are.
  size_t blank = line.rfind(' ');
  if (blank == std::string_view::npos || !read_version(line.substr(blank + 1), first.request.version))
    return malformed("rtsp: version");
  first.request.uri = base::trimmed(line.substr(0, blank));
  if (first.request.uri.empty()) return malformed("rtsp: address");
  return first;
}

}  // namespace

base::Status MessageReader::push(base::Bytes bytes) {
  if (failed_) return error_;
  while (!bytes.empty()) {
    if (held_.empty()) {
      auto taken = take_element(bytes);
      if (!taken) return taken.error();
      if (*taken > 0) {
        bytes = bytes.subspan(*taken);
        continue;
      }
      held_.assign(bytes.begin(), bytes.end());
      return {};
    }
    // What is held grows by what it needs, or by a piece while the end of its head is not known.
    constexpr size_t kPiece = 2048;
    size_t before = held_.size();
    size_t more = wanted_ > before ? wanted_ - before : kPiece;
    base::Bytes added = bytes.first(std::min(more, bytes.size()));
    held_.insert(held_.end(), added.begin(), added.end());
    // What is known to be too short is not read again: a head costs more than a byte of the body behind it.
    auto taken = held_.size() < wanted_ ? base::Result<size_t>(size_t{0}) : take_element(held_);
    if (!taken) return taken.error();
    if (*taken == 0) {
      bytes = bytes.subspan(added.size());
      continue;
    }
    // An element never ends before what was held already, else it would have been taken then.
    bytes = bytes.subspan(*taken - before);
    held_.clear();
    scanned_ = wanted_ = 0;
  }
  return {};
}

base::Result<size_t> MessageReader::take_element(base::Bytes bytes) {
  if (bytes.front() == kInterleavedMark) return take_interleaved(bytes);
  if (bytes.front() == '\r' || bytes.front() == '\n') return size_t{1};  // between messages [RFC 2326 4.1]
  return take_message(bytes);
}

size_t MessageReader::take_interleaved(base::Bytes bytes) {
  wanted_ = kInterleavedHeaderBytes;
  if (bytes.size() < wanted_) return 0;
  wanted_ += static_cast<size_t>(bytes[2] << 8 | bytes[3]);
  if (bytes.size() < wanted_) return 0;
  size_t whole = std::exchange(wanted_, 0);
  sink_.on_interleaved(bytes[1], bytes.first(whole).subspan(kInterleavedHeaderBytes));
  return whole;
}

base::Result<size_t> MessageReader::take_message(base::Bytes bytes) {
  std::string_view text = base::as_text(bytes);
  auto head = head_size(text, scanned_);
  if (head.value_or(text.size()) > limits_.head_bytes_max)
    return fail({Code::kLimit, "rtsp: bytes of a head", {}});
  if (!head) {
    wanted_ = 0;
    scanned_ = text.size() > 2 ? text.size() - 2 : 0;  // "\n\r" may be the beginning of the end
    return size_t{0};
  }
  std::string_view rest = text.substr(0, *head);
  auto first = read_first_line(take_line(rest));
  if (!first) return fail(first.error());
  HeaderList& headers = first->is_response ? first->response.headers : first->request.headers;
  if (auto read = read_headers(rest, limits_.headers_max, headers); !read) return fail(read.error());
  auto body = content_length(headers, limits_.body_bytes_max);
  if (!body) return fail(body.error());
  wanted_ = *head + *body;
  if (text.size() < wanted_) return size_t{0};
  size_t whole = std::exchange(wanted_, 0);
  scanned_ = 0;
  (first->is_response ? first->response.body : first->request.body) = text.substr(*head, *body);
  if (first->is_response)
    sink_.on_response(std::move(first->response));
  else
    sink_.on_request(std::move(first->request));
  return whole;
}

base::Result<size_t> MessageReader::fail(base::Error error) {
  failed_ = true;
  error_ = error;
  held_.clear();
  return error;
}

}  // namespace eyas::rtsp
