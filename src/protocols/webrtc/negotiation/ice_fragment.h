// Fragments of SDP that travel after the offer (application/trickle-ice-sdpfrag [RFC 8840 9]): candidates as
// they are found, and ICE restarts [RFC 9725 4.3].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocols/webrtc/negotiation/negotiate.h"
#include "rtp/sdp/attributes.h"

namespace eyas::webrtc {

inline constexpr std::string_view kIceFragmentType = "application/trickle-ice-sdpfrag";

// What a PATCH brought. With credentials other than the session's it is an ICE restart [RFC 8839 4.4.1.1.1].
struct IceFragment {
  std::string ufrag;
  std::string pwd;  // may be empty when only candidates come
  std::vector<sdp::Candidate> candidates;
  bool end_of_candidates = false;
};

constexpr size_t kFragmentCandidatesMax = 64;

// Errors: kMalformed; kLimit beyond kFragmentCandidatesMax; credentials are checked as in offers.
base::Result<IceFragment> parse_ice_fragment(std::string_view text);

// Our fragment after a restart: `local` has the new credentials, `media` the m-lines of the session.
std::string ice_restart_answer(const Local& local, const std::vector<NegotiatedMedia>& media);

}  // namespace eyas::webrtc
