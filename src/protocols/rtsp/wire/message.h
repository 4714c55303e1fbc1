// RTSP messages as values, and as text [RFC 2326 4 to 7].
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace eyas::rtsp {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

// Headers in their order; names are compared in any case and may repeat.
class HeaderList {
 public:
  void add(std::string name, std::string value);
  // Replaces all of that name.
  void set(std::string name, std::string value);
  void remove(std::string_view name);
  // The first of that name; nullopt when there is none. Valid while the list is not changed.
  std::optional<std::string_view> first(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;

  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  size_t size() const { return list_.size(); }
  bool operator==(const HeaderList&) const = default;

 private:
  std::vector<Header> list_;
};

struct Version {
  unsigned major = 1;
  unsigned minor = 0;
  bool operator==(const Version&) const = default;
};

struct Request {
  std::string method;  // "OPTIONS", in capitals
  std::string uri;     // absolute, or "*"
  Version version;
  HeaderList headers;
  std::string body;
  bool operator==(const Request&) const = default;
};

struct Response {
  unsigned status = 200;
  std::string reason;  // empty: reason_of(status)
  Version version;
  HeaderList headers;
  std::string body;
  bool operator==(const Response&) const = default;
};

// CSeq of either; nullopt when it is missing or no number.
std::optional<uint32_t> sequence_of(const HeaderList& headers);

// As it goes to the peer. Content-Length is made from the body; line breaks inside values become blanks, so
// that no value can add a header.
std::string text_of(const Request& request);
std::string text_of(const Response& response);

// "OK", "Session Not Found"; "Unknown" for a status that RTSP does not have.
const char* reason_of(unsigned status);

// Binary data on the connection [RFC 2326 10.12]: '$', a channel, a length of 16 bits.
constexpr uint8_t kInterleavedMark = '$';
constexpr size_t kInterleavedHeaderBytes = 4;
constexpr size_t kInterleavedBytesMax = 0xFFFF;

// Appends one packet, at most kInterleavedBytesMax long, in its frame.
void append_interleaved(std::vector<uint8_t>& out, uint8_t channel, base::Bytes packet);

}  // namespace eyas::rtsp
