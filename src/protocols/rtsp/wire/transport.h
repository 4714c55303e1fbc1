// The Transport header [RFC 2326 12.39]: how one track's packets travel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eyas::rtsp {

// "4588-4589": RTP and RTCP, or two channels of an interleaved connection.
struct NumberPair {
  uint16_t first = 0;
  uint16_t second = 0;
  bool operator==(const NumberPair&) const = default;
};

struct Transport {
  enum class Lower : uint8_t { kUdp, kTcp };

  std::string profile = "RTP/AVP";  // "RTP/AVP", "RTP/AVPF", "RTP/SAVP": without the lower transport
  Lower lower = Lower::kUdp;
  bool multicast =
      false;  // DEVIATION: unicast when neither is said; RFC 2326 says multicast, nobody means it
  std::string destination;
  std::string source;
  std::optional<NumberPair> interleaved;  // 0 to 255
  std::optional<NumberPair> client_port;
  std::optional<NumberPair> server_port;
  std::optional<NumberPair> port;  // multicast
  std::optional<unsigned> ttl;
  std::optional<uint32_t> ssrc;
  std::string mode;  // "PLAY", "RECORD", in capitals; empty: not said

  bool operator==(const Transport&) const = default;
  std::string text() const;
};

constexpr size_t kTransportsMax = 16;  // alternatives taken from one header

// The alternatives in the peer's order of preference. What cannot be read is left out: parameters alone where
// possible, else the alternative.
std::vector<Transport> parse_transports(std::string_view value);

}  // namespace eyas::rtsp
