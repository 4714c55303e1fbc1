// Url: an absolute address such as rtsp://user:secret@10.0.0.5:554/stream1?transport=tcp. It may hold
// secrets: logs and answers get shown(), never text().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace eyas::base {

// A plain value. [RFC 3986]
struct Url {
  std::string scheme;    // in lower case: "rtsp"
  std::string user;      // percent-decoded; empty: none
  std::string password;  // percent-decoded
  std::string
      host;  // a name or an address; IPv6 without its brackets; may be empty ("file:///a", "srt://:8890")
  uint16_t port = 0;  // 0: none was given
  std::string path;   // as written, with its percent signs: "/live/alpha"; may be empty
  std::string query;  // as written, without the '?'

  static constexpr size_t kBytesMax = 4096;

  // Errors: kMalformed saying what is wrong with it (never quoting the password); kLimit.
  static Result<Url> parse(std::string_view text);

  // The whole of it, credentials too: for the peer, not for people.
  std::string text() const;
  // For logs and answers: user, password and the values of the query are "***".
  std::string shown() const;
  // The same, and what follows the first element of the path is "***" too: rtmp://host/live2/***, whose last
  // element is a secret key on the big platforms.
  std::string shown_without_key() const;
  // "host:port" or "host", IPv6 in brackets; as a Host header has it.
  std::string authority() const;
  // What `reference` means where this URL was read: in a playlist, in a Location header. Ours are the user
  // and password as long as scheme, host and port stay the same. [RFC 3986 5.2] Errors: as parse().
  Result<Url> resolved(std::string_view reference) const;
  // Whether scheme, host and port are the same; `default_port` stands for none.
  bool same_origin(const Url& other, uint16_t default_port) const;
  // The parameter's value, percent-decoded; nullopt when it is not there.
  std::optional<std::string> parameter(std::string_view name) const;

  bool operator==(const Url&) const = default;
};

// "%2F" -> "/". Errors: kMalformed for a broken escape or a zero byte.
Result<std::string> percent_decoded(std::string_view text);
// Everything but unreserved characters escaped. [RFC 3986 2.3]
std::string percent_encoded(std::string_view text);

}  // namespace eyas::base
