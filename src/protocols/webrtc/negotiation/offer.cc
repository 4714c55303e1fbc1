#include "protocols/webrtc/negotiation/offer.h"

#include <algorithm>

#include "protocols/webrtc/negotiation/negotiate.h"

namespace eyas::webrtc {
namespace {

using base::Code;
using base::Error;

bool all_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string_view mid_of(const sdp::Media& media) {
  return media.attributes.first("mid").value_or("");
}

// [RFC 8842 5.3], [RFC 4145 4.1]: without a=setup an offer means "active".
base::Status read_role(PeerOffer& offer, const sdp::Media& media) {
  std::string_view setup = offer.description.inherited(media, "setup").value_or("active");
  // DEVIATION: FFmpeg 8 offers "passive", though WHIP's clients offer actpass [RFC 9725 4.2].
  offer.passive = setup == "passive";
  if (offer.passive || setup == "actpass" || setup == "active") return {};
  return Error{Code::kUnsupported, "webrtc offer: DTLS role",
               "a=setup:" + std::string(setup) + "; want actpass, active or passive"};
}

base::Status read_fingerprint(PeerOffer& offer, const sdp::Media& media) {
  constexpr size_t kSha256Text = 32 * 3 - 1;
  std::string seen;
  for (const sdp::Fingerprint& fingerprint : sdp::fingerprints_of(offer.description, media)) {
    if (fingerprint.algorithm == "sha-256" && fingerprint.value.size() == kSha256Text) {
      offer.fingerprint = fingerprint.value;
      return {};
    }
    seen += ' ' + fingerprint.algorithm;
  }
  if (seen.empty()) return Error{Code::kMalformed, "webrtc offer: no DTLS fingerprint", {}};
  return Error{Code::kUnsupported, "webrtc offer: no sha-256 fingerprint", "only" + seen};
}

base::Status read_transport(PeerOffer& offer, const sdp::Media& media) {
  offer.ufrag = offer.description.inherited(media, "ice-ufrag").value_or("");
  offer.pwd = offer.description.inherited(media, "ice-pwd").value_or("");
  if (!valid_credentials(offer.ufrag, offer.pwd))
    return Error{Code::kMalformed, "webrtc offer: ICE credentials", {}};
  if (base::Status role = read_role(offer, media); !role) return role;
  return read_fingerprint(offer, media);
}

void collect_candidates(PeerOffer& offer) {
  for (const sdp::Media& media : offer.description.media) {
    for (std::string_view value : media.attributes.all("candidate")) {
      if (offer.candidates.size() == kRemoteCandidatesMax) return;
      auto candidate = sdp::parse_candidate(value);
      if (candidate) offer.candidates.push_back(std::move(*candidate));
    }
  }
}

}  // namespace

bool valid_credentials(std::string_view ufrag, std::string_view pwd) {
  return ufrag.size() >= 4 && ufrag.size() <= 256 && pwd.size() >= 22 && pwd.size() <= 256 &&
         all_visible(ufrag) && all_visible(pwd);
}

bool PeerOffer::usable(const sdp::Media& media) const {
  // [RFC 8843 6] "bundle-only" m-lines have port 0 and mean it otherwise than a refusal.
  if (media.port == 0 && !media.attributes.has("bundle-only")) return false;
  if (media.protocol.find("RTP/SAVP") == std::string::npos) return false;
  if (!media.attributes.has("rtcp-mux")) return false;
  if (bundle.empty()) return description.media.size() == 1;
  return std::find(bundle.begin(), bundle.end(), mid_of(media)) != bundle.end();
}

base::Result<PeerOffer> read_offer(std::string_view text) {
  auto parsed = sdp::parse(text);
  if (!parsed) return parsed.error();
  PeerOffer offer;
  offer.description = std::move(*parsed);
  const std::vector<sdp::Media>& media = offer.description.media;
  if (media.empty()) return Error{Code::kMalformed, "webrtc offer: no media", {}};
  if (media.size() > kMediaMax) return Error{Code::kLimit, "webrtc offer: media", {}};
  offer.bundle = sdp::group_of(offer.description, "BUNDLE");
  if (offer.bundle.empty() && media.size() > 1)
    return Error{Code::kUnsupported, "webrtc offer: no BUNDLE", "all media must share one transport"};
  auto first = std::find_if(media.begin(), media.end(), [&](const sdp::Media& m) { return offer.usable(m); });
  if (first == media.end())
    return Error{Code::kUnsupported, "webrtc offer: no usable media",
                 "want RTP over DTLS with rtcp-mux, in the BUNDLE group"};
  if (base::Status transport = read_transport(offer, *first); !transport) return transport.error();
  collect_candidates(offer);
  return offer;
}

}  // namespace eyas::webrtc
