// From an offer to our answer, both ways: WHIP (we receive) and WHEP (we send). Pure: text in, text and facts
// out.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hub/derivations.h"
#include "media/frame.h"
#include "rtp/sdp/attributes.h"

namespace eyas::webrtc {

// Ids of header extensions that both sides know; 0: not negotiated.
struct ExtensionIds {
  uint8_t mid = 0;
  uint8_t rid = 0;
  uint8_t repaired_rid = 0;
  uint8_t twcc = 0;
  uint8_t abs_send_time = 0;
  uint8_t abs_capture_time = 0;
  uint8_t playout_delay = 0;
  uint8_t video_orientation = 0;
};

struct NegotiatedPayload {
  uint8_t payload_type = 0;
  uint8_t rtx_payload_type = 0;  // 0: no retransmission by rtx
  media::Codec codec = media::Codec::kData;
  uint32_t clock_rate = 0;
  uint8_t channels = 0;
  sdp::FormatParameters fmtp;  // of the offer
  bool nack = false;
  bool pli = false;
  bool fir = false;
  bool twcc = false;
  bool remb = false;
};

struct NegotiatedMedia {
  enum class Direction : uint8_t { kSend, kReceive, kInactive };  // as we see it

  std::string mid;
  media::TrackKind kind = media::TrackKind::kData;
  Direction direction = Direction::kInactive;
  std::vector<NegotiatedPayload> payloads;  // one, unless inactive: then none
  ExtensionIds extensions;
  std::vector<std::string> rids;  // kReceive with simulcast: layers, in the offer's order
  std::vector<uint32_t> ssrcs;    // kReceive: as the offer announces them, each once; often none

  // kSend only.
  media::TrackId track = 0;
  uint32_t ssrc = 0;
  uint32_t rtx_ssrc = 0;  // 0: no rtx
};

// What we say of ourselves in an answer.
struct Local {
  std::string ufrag;
  std::string pwd;
  std::string fingerprint;  // sha-256, "AB:CD:..."
  std::vector<sdp::Candidate>
      candidates;           // host candidates of this peer's networks, complete: we do not trickle
  uint64_t session_id = 0;  // of o=; random, below 2^63
  uint32_t ssrc_base = 0;   // random; the SSRCs that we send with are made from it
  std::string stream;       // msid of what we send: "live/alpha"

  // Of several codecs that an m-line offers, these are taken first, in this order; then the offer's own
  // order. H.264 first: it is what every way out of the server can carry.
  std::vector<media::Codec> prefer{media::Codec::kH264};
};

struct Negotiated {
  std::vector<NegotiatedMedia> media;  // one per m-line of the offer, in its order, refused ones inactive
  std::string remote_ufrag;
  std::string remote_pwd;
  std::string remote_fingerprint;  // sha-256, upper case with colons
  bool dtls_client = false;        // we begin the handshake; else the peer does
  std::vector<sdp::Candidate> remote_candidates;
  std::vector<std::string> left_out;  // for people and the log: "audio AAC: the browser cannot decode it"
  std::string answer;
};

// Offers have at most so many m-lines and layers; the rest is refused. [kLimit]
constexpr size_t kMediaMax = 16;
constexpr size_t kRidsMax = 8;
constexpr size_t kSsrcsMax = 16;

// WHIP [RFC 9725 4.2]: what the peer sends, we receive. Errors: kMalformed when it is no offer; kUnsupported,
// in words for the one who set the publisher up, when we cannot agree (no common codec, no BUNDLE, DTLS role,
// ...).
base::Result<Negotiated> answer_publish(std::string_view offer, const Local& local);

// WHEP: each m-line that can receive gets the best track of its kind that the peer decodes and that no other
// m-line has. Errors as above; kUnsupported also names the codec that the stream has and the peer cannot
// decode (HTTP: 422).
base::Result<Negotiated> answer_play(std::string_view offer, const Local& local,
                                     const media::TrackSet& tracks);

// What would have to be made from the stream's own tracks so that the peer gets what it asks for: nothing
// when it decodes them, when the offer is broken, or when that would not help either. To be had before
// answer_play() is called. `reordered`: tracks with B-frames, which browsers show in the order of decoding;
// where nobody makes another of them, they are played without those that no other frame needs.
std::vector<hub::Derivation> derivations_for(std::string_view offer, const media::TrackSet& tracks,
                                             const std::set<media::TrackId>& reordered = {});

}  // namespace eyas::webrtc
