// Offers of ours, for pulls by WHEP and pushes by WHIP. An answer to one is read as if it were an offer: what
// the other side then says of itself is the same, and so is what we make of it.
#pragma once

#include <string>
#include <string_view>

#include "protocols/webrtc/negotiation/negotiate.h"

namespace eyas::webrtc {

// Everything that we can take: video and audio, one m-line each.
std::string offer_to_receive(const Local& local);
// What the peer sends of it. Errors as answer_publish().
base::Result<Negotiated> accept_to_receive(std::string_view answer, const Local& local);

// The stream's tracks, each as it is. Errors: kUnsupported when none can be sent over WebRTC.
base::Result<std::string> offer_to_send(const Local& local, const media::TrackSet& tracks);
// What the peer takes of them; `local` and `tracks` as in the offer. Errors as answer_play().
base::Result<Negotiated> accept_to_send(std::string_view answer, const Local& local,
                                        const media::TrackSet& tracks);

}  // namespace eyas::webrtc
