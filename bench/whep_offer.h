// The SDP of a WHEP viewer: an offer like a browser's, and what the answer says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocols/webrtc/ice/credentials.h"

namespace eyas::bench {

// Identifier of transport-wide sequence numbers among the header extensions that we offer.
constexpr uint8_t kTransportSequenceId = 4;

std::string whep_offer(const webrtc::IceCredentials& local, const std::string& fingerprint);

struct WhepAnswer {
  webrtc::IceCredentials remote;
  std::string fingerprint;
  uint16_t port = 0;  // of the UDP candidate on 127.0.0.1
  uint8_t video_type = 0;
};
// nullopt when something is missing that a viewer needs.
std::optional<WhepAnswer> read_answer(const std::string& text);

}  // namespace eyas::bench
