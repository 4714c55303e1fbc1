#include "protocols/webrtc/negotiation/answer.h"

#include <algorithm>

#include "protocols/webrtc/negotiation/payloads.h"

namespace eyas::webrtc {
namespace {

struct KnownExtension {
  const char* uri;
  uint8_t ExtensionIds::*id;
  bool when_sending;
  bool when_receiving;
};
constexpr KnownExtension kExtensions[] = {
    {"urn:ietf:params:rtp-hdrext:sdes:mid", &ExtensionIds::mid, true, true},
    {"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", &ExtensionIds::rid, false, true},
    {"urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", &ExtensionIds::repaired_rid, false, true},
    {"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", &ExtensionIds::twcc, true,
     true},
    {"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", &ExtensionIds::abs_send_time, true, true},
    {"http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time", &ExtensionIds::abs_capture_time, true,
     true},
    {"http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", &ExtensionIds::playout_delay, true, false},
    {"urn:3gpp:video-orientation", &ExtensionIds::video_orientation, true, true},
};
constexpr uint16_t kOneByteIdMax = 14;  // [RFC 8285 4.2]; the two-byte form is read, not written

// [RFC 8285 6] An extension may be offered for one direction only.
bool flows_our_way(std::string_view direction, bool sending) {
  return direction.empty() || direction == "sendrecv" || direction == (sending ? "recvonly" : "sendonly");
}

// [RFC 8830 2] wants tokens, which have no slash: "live/alpha" -> "live.alpha".
std::string token_of(std::string name) {
  std::replace(name.begin(), name.end(), '/', '.');
  return name.empty() ? "-" : name;
}

void put_transport(sdp::Media& out, const PeerOffer& offer, const Local& local) {
  out.attributes.add("ice-ufrag", local.ufrag);
  out.attributes.add("ice-pwd", local.pwd);
  out.attributes.add("fingerprint", "sha-256 " + local.fingerprint);
  out.attributes.add("setup", offer.passive ? "active" : "passive");
}

void put_candidates(sdp::Media& out, const Local& local) {
  for (const sdp::Candidate& candidate : local.candidates) out.attributes.add("candidate", candidate.text());
  out.attributes.add("end-of-candidates");
}

void put_format(sdp::Media& out, const NegotiatedPayload& payload, const media::CodecConfig* sent,
                const std::string& encoding) {
  std::string type = std::to_string(payload.payload_type);
  out.formats.push_back(type);
  std::string map = type + ' ' + encoding + '/' + std::to_string(payload.clock_rate);
  if (payload.channels > 1) map += '/' + std::to_string(payload.channels);
  out.attributes.add("rtpmap", map);
  if (payload.remb) out.attributes.add("rtcp-fb", type + " goog-remb");
  if (payload.twcc) out.attributes.add("rtcp-fb", type + " transport-cc");
  if (payload.fir) out.attributes.add("rtcp-fb", type + " ccm fir");
  if (payload.nack) out.attributes.add("rtcp-fb", type + " nack");
  if (payload.pli) out.attributes.add("rtcp-fb", type + " nack pli");
  std::string parameters = sdp::text_of(answer_parameters(payload, sent));
  if (!parameters.empty()) out.attributes.add("fmtp", type + ' ' + parameters);
  if (payload.rtx_payload_type == 0) return;
  std::string rtx = std::to_string(payload.rtx_payload_type);
  out.formats.push_back(rtx);
  out.attributes.add("rtpmap", rtx + " rtx/" + std::to_string(payload.clock_rate));
  out.attributes.add("fmtp", rtx + " apt=" + type);
}

void put_layers(sdp::Media& out, const std::vector<std::string>& rids) {
  std::string layers;
  for (const std::string& rid : rids) {
    out.attributes.add("rid", rid + " recv");
    layers += (layers.empty() ? "recv " : ";") + rid;
  }
  if (!layers.empty()) out.attributes.add("simulcast", layers);
}

void put_source(sdp::Media& out, const NegotiatedMedia& media, const Local& local) {
  const std::string stream = token_of(local.stream);
  const std::string msid = stream + ' ' + out.kind + media.mid;
  out.attributes.add("msid", msid);
  auto describe = [&](uint32_t ssrc) {
    out.attributes.add("ssrc", std::to_string(ssrc) + " cname:" + stream);
    out.attributes.add("ssrc", std::to_string(ssrc) + " msid:" + msid);
  };
  if (media.rtx_ssrc != 0)
    out.attributes.add("ssrc-group",
                       "FID " + std::to_string(media.ssrc) + ' ' + std::to_string(media.rtx_ssrc));
  describe(media.ssrc);
  if (media.rtx_ssrc != 0) describe(media.rtx_ssrc);
}

// The name as the offer writes it, since some compare it letter by letter.
std::string encoding_of(const sdp::Media& offered, uint8_t payload_type) {
  for (const sdp::Format& format : sdp::formats_of(offered)) {
    if (format.payload_type == payload_type) return format.encoding;
  }
  return {};
}

// [RFC 8829 5.3.1] A refused m-line keeps its place and its formats.
sdp::Media refused(const sdp::Media& offered) {
  sdp::Media out;
  out.kind = offered.kind;
  out.protocol = offered.protocol;
  out.formats = offered.formats;
  out.connection = "IN IP4 0.0.0.0";
  if (auto mid = offered.attributes.first("mid")) out.attributes.add("mid", std::string(*mid));
  out.attributes.add("inactive");
  return out;
}

sdp::Media answered(const PeerOffer& offer, const sdp::Media& offered, const AnsweredMedia& media,
                    const Local& local) {
  using Direction = NegotiatedMedia::Direction;
  const Direction direction = media.facts.direction;
  sdp::Media out;
  out.kind = offered.kind;
  out.port = 9;  // [RFC 8829 5.2.1]: the candidates have the address
  out.protocol = offered.protocol;
  out.connection = "IN IP4 0.0.0.0";
  put_transport(out, offer, local);
  if (!media.facts.mid.empty()) out.attributes.add("mid", media.facts.mid);
  for (const std::string& extension : media.extensions) out.attributes.add("extmap", extension);
  out.attributes.add(direction == Direction::kSend      ? "sendonly"
                     : direction == Direction::kReceive ? "recvonly"
                                                        : "inactive");
  out.attributes.add("rtcp-mux");
  if (offered.attributes.has("rtcp-rsize")) out.attributes.add("rtcp-rsize");
  put_format(out, *media.format, media.sent, encoding_of(offered, media.format->payload_type));
  if (direction == Direction::kReceive) put_layers(out, media.facts.rids);
  if (direction == Direction::kSend) put_source(out, media.facts, local);
  return out;
}

// Session level, up to the media.
sdp::Description preamble(const PeerOffer& offer, const Local& local,
                          const std::vector<AnsweredMedia>& media) {
  sdp::Description out;
  out.origin.session_id = std::to_string(local.session_id);
  out.origin.session_version = "1";
  out.attributes.add("ice-lite");
  std::string bundle = "BUNDLE";
  for (const AnsweredMedia& one : media) {
    if (!one.refused && !one.facts.mid.empty()) bundle += ' ' + one.facts.mid;
  }
  if (!offer.bundle.empty()) out.attributes.add("group", bundle);
  if (offer.description.attributes.has("extmap-allow-mixed")) out.attributes.add("extmap-allow-mixed");
  out.attributes.add("msid-semantic", "WMS *");
  return out;
}

}  // namespace

void take_extensions(const sdp::Media& offered, bool sending, AnsweredMedia& media) {
  for (const sdp::ExtensionMap& extension : sdp::extensions_of(offered)) {
    auto known = std::find_if(std::begin(kExtensions), std::end(kExtensions), [&](const KnownExtension& one) {
      return extension.uri == one.uri && (sending ? one.when_sending : one.when_receiving);
    });
    if (known == std::end(kExtensions) || !flows_our_way(extension.direction, sending)) continue;
    uint16_t id_max = sending ? kOneByteIdMax : 255;
    uint8_t& id = media.facts.extensions.*known->id;
    if (id != 0 || extension.id == 0 || extension.id > id_max) continue;
    id = static_cast<uint8_t>(extension.id);
    bool one_way = !extension.direction.empty() && extension.direction != "sendrecv";
    std::string direction = one_way ? (sending ? "/sendonly" : "/recvonly") : "";
    media.extensions.push_back(std::to_string(id) + direction + ' ' + known->uri);
  }
}

std::string write_answer(const PeerOffer& offer, const Local& local,
                         const std::vector<AnsweredMedia>& media) {
  sdp::Description out = preamble(offer, local, media);
  bool candidates_told = false;
  for (size_t i = 0; i < media.size(); ++i) {
    const sdp::Media& offered = offer.description.media[i];
    out.media.push_back(media[i].refused ? refused(offered) : answered(offer, offered, media[i], local));
    if (media[i].refused || candidates_told) continue;
    put_candidates(out.media.back(), local);  // one transport, named once [RFC 8843 7.3]
    candidates_told = true;
  }
  return out.text();
}

}  // namespace eyas::webrtc
