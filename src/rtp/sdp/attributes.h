// What the attributes of a media section mean: formats, feedback, extensions, candidates, simulcast.
// Readers skip what they cannot read, so that one odd line of a device costs nothing but itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rtp/sdp/sdp.h"

namespace eyas::sdp {

// Names in lower case -> values, as in "a=fmtp:96 packetization-mode=1;profile-level-id=42e01f". A parameter
// without "=" has an empty value.
using FormatParameters = std::map<std::string, std::string>;
FormatParameters parse_format_parameters(std::string_view text);
std::string text_of(const FormatParameters& parameters);

// One payload type of a media section, with all that is said of it.
struct Format {
  uint8_t payload_type = 0;
  std::string encoding;  // as written: "H264", "opus"; compare with base::same_word()
  uint32_t clock_rate = 0;
  uint8_t channels = 1;
  FormatParameters parameters;
  std::vector<std::string> feedback;  // "nack", "nack pli", "transport-cc"; those of "*" among them
};
// The formats of an RTP media in the order of its m= line. Static payload types without an rtpmap have the
// meaning of [RFC 3551 6]; other formats without one are left out.
std::vector<Format> formats_of(const Media& media);

// a=extmap [RFC 8285 5].
struct ExtensionMap {
  uint16_t id = 0;
  std::string direction;  // "sendonly", ...; usually empty
  std::string uri;
};
std::vector<ExtensionMap> extensions_of(const Media& media);

// a=candidate [RFC 8839 5.1], [RFC 6544 4.5].
struct Candidate {
  std::string foundation;
  uint16_t component = 1;
  std::string transport = "udp";  // "udp" or "tcp", lower case
  uint32_t priority = 0;
  std::string address;  // a number, or a name (mDNS)
  uint16_t port = 0;
  std::string type = "host";
  std::string tcp_type;  // "passive", "active", "so" with tcp; empty with udp
  std::vector<std::pair<std::string, std::string>> extensions;  // raddr, rport, generation, ...

  // The attribute's value, without "candidate:".
  std::string text() const;
  bool operator==(const Candidate&) const = default;
};
// With or without "candidate:" before it. Errors: kMalformed.
base::Result<Candidate> parse_candidate(std::string_view text);

// a=rid and a=simulcast [RFC 8851], [RFC 8853].
struct Rid {
  std::string id;
  std::string direction;   // "send" or "recv"
  std::string parameters;  // "max-width=1280;..." or empty
};
std::vector<Rid> rids_of(const Media& media);
struct Simulcast {
  std::vector<std::string> send;  // of alternatives ("a,b") the first; paused ("~a") as if not
  std::vector<std::string> receive;
};
Simulcast simulcast_of(const Media& media);

// a=fingerprint [RFC 8122 5]: algorithm in lower case, value in upper case.
struct Fingerprint {
  std::string algorithm;
  std::string value;
};
// Those of the media, or else of the session.
std::vector<Fingerprint> fingerprints_of(const Description& description, const Media& media);

// a=group:BUNDLE 0 1 -> {"0", "1"} for the semantics "BUNDLE"; the first such group [RFC 5888 5].
std::vector<std::string> group_of(const Description& description, std::string_view semantics);

enum class Direction : uint8_t { kSendReceive, kSend, kReceive, kInactive };
// Of the media, or else of the session; sendrecv when not stated [RFC 8866 6.7].
Direction direction_of(const Description& description, const Media& media);
const char* direction_name(Direction direction);  // "sendonly"

// At most `count_max` words between blanks.
std::vector<std::string_view> words_of(std::string_view text, size_t count_max = 64);

}  // namespace eyas::sdp
