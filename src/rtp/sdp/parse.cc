// Lines to a Description. One pass; every line is looked at by its letter alone, whatever came before it.
#include <algorithm>

#include "base/number.h"
#include "base/words.h"
#include "rtp/sdp/attributes.h"
#include "rtp/sdp/sdp.h"

namespace eyas::sdp {
namespace {

using base::Code;
using base::Error;
using base::read_number;

constexpr std::string_view kBlanks = " \t";
constexpr size_t kFormatsMax = 256;  // payload types have 7 bits; "webrtc-datachannel" has one

// The next line, without its end: CRLF, LF or, from old cameras, CR alone.
std::string_view next_line(std::string_view& text) {
  size_t end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view line = text.substr(0, end);
  if (text.substr(end).starts_with("\r\n")) ++end;
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// "video 49170/2 RTP/AVP 31 32" [RFC 8866 5.14]
bool read_media(std::string_view value, Media& media) {
  std::vector<std::string_view> words = words_of(value, 3 + kFormatsMax);
  if (words.size() < 3) return false;
  std::string_view port = words[1];
  size_t slash = port.find('/');
  if (slash != port.npos && !read_number(port.substr(slash + 1), media.port_count)) return false;
  if (!read_number(port.substr(0, slash), media.port)) return false;
  media.kind = words[0];
  media.protocol = words[2];
  media.formats.assign(words.begin() + 3, words.end());
  return true;
}

// "- 3724394400 3724394405 IN IP4 198.51.100.1" [RFC 8866 5.2]. DEVIATION: cameras leave words out; what is
// there is taken.
void read_origin(std::string_view value, Origin& origin) {
  std::vector<std::string_view> words = words_of(value, 6);
  if (words.size() < 3) return;
  origin.user = words[0];
  origin.session_id = words[1];
  origin.session_version = words[2];
  if (words.size() == 6)
    origin.network = std::string(words[3]) + ' ' + std::string(words[4]) + ' ' + std::string(words[5]);
}

void read_attribute(std::string_view value, AttributeList& attributes) {
  size_t colon = std::min(value.find(':'), value.size());
  std::string_view rest = value.substr(std::min(colon + 1, value.size()));
  std::string_view name = base::trimmed(value.substr(0, colon));
  if (!name.empty()) attributes.add(std::string(name), std::string(base::trimmed(rest)));
}

class Parser {
 public:
  explicit Parser(const Limits& limits) : limits_(limits) {}

  base::Status line(std::string_view line) {
    if (line.size() > limits_.line_bytes_max) return Error{Code::kLimit, "sdp: line length", {}};
    line = base::trimmed(line);
    if (line.empty()) return {};
    if (line.size() < 2 || line[1] != '=') return Error{Code::kMalformed, "sdp: not a line", {}};
    std::string_view value = base::trimmed(line.substr(2));
    if (line[0] == 'm') return begin_media(value);
    read(line[0], value);
    return {};
  }
  Description take() { return std::move(out_); }

 private:
  base::Status begin_media(std::string_view value) {
    if (out_.media.size() == limits_.media_max) return Error{Code::kLimit, "sdp: media sections", {}};
    Media media;
    if (!read_media(value, media)) return Error{Code::kMalformed, "sdp: m= line", {}};
    out_.media.push_back(std::move(media));
    return {};
  }

  void read(char type, std::string_view value) {
    Media* media = out_.media.empty() ? nullptr : &out_.media.back();
    switch (type) {
      case 'a':
        return read_attribute(value, media ? media->attributes : out_.attributes);
      case 'c':
        (media ? media->connection : out_.connection) = value;
        return;
      case 'o':
        return read_origin(value, out_.origin);
      case 's':
        out_.name = value;
        return;
      default:
        keep(type, value, media);
    }
  }

  // Only lines of the grammar, where the grammar has them, so that what we write reads back the same.
  void keep(char type, std::string_view value, Media* media) {
    std::string_view kept = media ? "ibk" : "iuepbtrzk";
    if (kept.find(type) == std::string_view::npos) return;
    (media ? media->lines : out_.lines).push_back({type, std::string(value)});
  }

  const Limits& limits_;
  Description out_;
};

}  // namespace

base::Result<Description> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.text_bytes_max)
    return Error{Code::kLimit, "sdp: size", std::to_string(text.size()) + " bytes"};
  if (text.find('\0') != text.npos) return Error{Code::kMalformed, "sdp: zero byte", {}};
  Parser parser(limits);
  for (size_t number = 1; !text.empty(); ++number) {
    if (number > limits.lines_max) return Error{Code::kLimit, "sdp: lines", {}};
    base::Status read = parser.line(next_line(text));
    if (!read) return Error{read.error().code, read.error().context, "line " + std::to_string(number)};
  }
  return parser.take();
}

}  // namespace eyas::sdp
