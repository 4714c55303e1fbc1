// Writes answers. Plain on purpose: DJI's RC Plus 2 took such ones and refused richer ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/webrtc/negotiation/negotiate.h"
#include "protocols/webrtc/negotiation/offer.h"

namespace eyas::webrtc {

// What an m-line of the offer became. Beside NegotiatedMedia, what only the answer's text needs.
struct AnsweredMedia {
  NegotiatedMedia facts;
  bool refused = false;                      // port 0: we have no codec for it, or it is not RTP
  std::optional<NegotiatedPayload> format;   // stated, also when inactive
  const media::CodecConfig* sent = nullptr;  // of the track that we send
  std::vector<std::string> extensions;       // values of a=extmap
};

// The extensions that both know. `sending` decides which matter, and that ids stay in the one-byte form.
void take_extensions(const sdp::Media& offered, bool sending, AnsweredMedia& media);

std::string write_answer(const PeerOffer& offer, const Local& local, const std::vector<AnsweredMedia>& media);

}  // namespace eyas::webrtc
