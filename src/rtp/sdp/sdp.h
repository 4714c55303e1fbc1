// SDP: session descriptions [RFC 8866], for WebRTC's offers and answers and for RTSP's DESCRIBE. Values only:
// what is known has a field, what is not is kept as it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace eyas::sdp {

// What a stranger's text may cost. A Chromium offer of two media has 6 KiB, 200 lines; cameras have less.
struct Limits {
  size_t text_bytes_max = 128 * 1024;
  size_t line_bytes_max = 8 * 1024;
  size_t lines_max = 4096;
  size_t media_max = 64;
};

// "a=name:value", or "a=name" with an empty value.
struct Attribute {
  std::string name;
  std::string value;
  bool operator==(const Attribute&) const = default;
};

// Attributes in their order; names may repeat.
class AttributeList {
 public:
  void add(std::string name, std::string value = {});
  bool has(std::string_view name) const;
  // The first of that name; nullopt when there is none. Valid while the list is not changed.
  std::optional<std::string_view> first(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;

  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  size_t size() const { return list_.size(); }
  bool operator==(const AttributeList&) const = default;

 private:
  std::vector<Attribute> list_;
};

// o= [RFC 8866 5.2].
struct Origin {
  std::string user = "-";
  std::string session_id = "0";
  std::string session_version = "0";
  std::string network = "IN IP4 0.0.0.0";  // net type, address type and address
  bool operator==(const Origin&) const = default;
};

// A line that has no field of its own (i, u, e, p, b, t, r, z, k), kept in its order.
struct Line {
  char type = 0;
  std::string value;
  bool operator==(const Line&) const = default;
};

// m= and what follows it [RFC 8866 5.14].
struct Media {
  std::string kind;  // "video", "audio", "application"
  uint16_t port = 0;
  uint16_t port_count = 1;                     // "49170/2"
  std::string protocol = "UDP/TLS/RTP/SAVPF";  // "RTP/AVP" in RTSP
  std::vector<std::string> formats;            // payload types, as text
  std::string connection;                      // c=, "IN IP4 0.0.0.0"; empty: the session's
  std::vector<Line> lines;
  AttributeList attributes;
  bool operator==(const Media&) const = default;
};

struct Description {
  Origin origin;
  std::string name = "-";  // s=
  std::string connection;  // c=; empty: none
  std::vector<Line> lines;
  AttributeList attributes;
  std::vector<Media> media;

  // The value of a media's attribute or, where it has none, the session's [RFC 8866 6].
  std::optional<std::string_view> inherited(const Media& media, std::string_view attribute) const;
  // With CRLF line ends, in the order that [RFC 8866 9] wants. Line breaks inside values become spaces.
  std::string text() const;
  bool operator==(const Description&) const = default;
};

// Tolerant of the order of lines, of missing v=, o=, s= and t=, of any line end, of blank lines and of spaces
// around values, since cameras have them all. Errors: kMalformed, kLimit; the detail is the line's number.
base::Result<Description> parse(std::string_view text, const Limits& limits = {});

}  // namespace eyas::sdp
