// Which payload type of an m-line to take, and what to say of it in the answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "media/frame.h"
#include "protocols/webrtc/negotiation/negotiate.h"
#include "rtp/sdp/attributes.h"

namespace eyas::webrtc {

// The codec that an offered format means, if it is one of those that we carry over RTP.
std::optional<media::Codec> codec_of(const sdp::Format& format);

// The format by which we receive: by `prefer`, then as offered. H.264 without packetization-mode 1 comes
// last.
const sdp::Format* choose_to_receive(const std::vector<sdp::Format>& formats, media::TrackKind kind,
                                     const std::vector<media::Codec>& prefer);
// The format under which the peer decodes the track best; null when it cannot.
const sdp::Format* choose_to_send(const std::vector<sdp::Format>& formats, const media::CodecConfig& config);

// With rtx and feedback, as far as the offer has them.
NegotiatedPayload payload_of(const sdp::Format& format, const std::vector<sdp::Format>& all);

// The answer's fmtp; empty for none. `sent`: the track that goes out under it; null when we receive.
sdp::FormatParameters answer_parameters(const NegotiatedPayload& payload, const media::CodecConfig* sent);

// "H264, VP8, VP9": for people.
std::string codecs_offered(const std::vector<sdp::Format>& formats);

}  // namespace eyas::webrtc
