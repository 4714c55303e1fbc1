// What every offer must bring for us to answer it, whichever way the media goes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtp/sdp/attributes.h"

namespace eyas::webrtc {

struct PeerOffer {
  sdp::Description description;
  std::vector<std::string> bundle;  // mids
  std::string ufrag;
  std::string pwd;
  std::string fingerprint;  // sha-256
  bool passive = false;     // the peer is the DTLS server
  std::vector<sdp::Candidate> candidates;

  // Whether the m-line can share our one transport: not refused by the peer, RTP over DTLS, in the bundle (or
  // alone), RTCP on the same port.
  bool usable(const sdp::Media& media) const;
};

// Errors as answer_publish().
base::Result<PeerOffer> read_offer(std::string_view text);

// [RFC 8839 5.4], as lenient as peers need: 4 to 256 and 22 to 256 visible characters.
bool valid_credentials(std::string_view ufrag, std::string_view pwd);

constexpr size_t kRemoteCandidatesMax = 64;

}  // namespace eyas::webrtc
