#include "protocols/webrtc/client/offers.h"

#include <array>

#include "rtp/sdp/sdp.h"

namespace eyas::webrtc {
namespace {

struct Format {
  int payload_type;  // with video, the next one is its RTX
  const char* map;
  const char* parameters;
};
constexpr std::array<Format, 9> kVideo = {{
    {96, "H264/90000", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640033"},
    {98, "H264/90000", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d0033"},
    {100, "H264/90000", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e033"},
    {102, "H265/90000", "profile-id=2;level-id=153;tier-flag=0;tx-mode=SRST"},
    {104, "H265/90000", "profile-id=1;level-id=153;tier-flag=0;tx-mode=SRST"},
    {106, "AV1/90000", "profile=0;level-idx=13;tier=0"},
    {108, "VP9/90000", "profile-id=0"},
    {110, "VP9/90000", "profile-id=2"},
    {112, "VP8/90000", ""},
}};
constexpr std::array<Format, 3> kAudio = {{
    {114, "opus/48000/2", "minptime=10;useinbandfec=1;stereo=1"},
    {0, "PCMU/8000", ""},
    {8, "PCMA/8000", ""},
}};
constexpr std::array<const char*, 6> kExtensions = {
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "urn:3gpp:video-orientation",
};

void add_format(sdp::Media& media, const Format& format) {
  auto& attributes = media.attributes;
  std::string type = std::to_string(format.payload_type);
  media.formats.push_back(type);
  attributes.add("rtpmap", type + " " + format.map);
  if (*format.parameters != 0) attributes.add("fmtp", type + " " + format.parameters);
  attributes.add("rtcp-fb", type + " transport-cc");
  if (media.kind != "video") return;
  for (const char* feedback : {"goog-remb", "ccm fir", "nack", "nack pli"})
    attributes.add("rtcp-fb", type + " " + feedback);
  std::string rtx = std::to_string(format.payload_type + 1);
  media.formats.push_back(rtx);
  attributes.add("rtpmap", rtx + " rtx/90000");
  attributes.add("fmtp", rtx + " apt=" + type);
}

template <size_t N>
sdp::Media media_of(const char* kind, const std::array<Format, N>& formats, const Local& local) {
  sdp::Media media;
  media.kind = kind;
  media.port = 9;
  media.connection = "IN IP4 0.0.0.0";
  auto& attributes = media.attributes;
  attributes.add("ice-ufrag", local.ufrag);
  attributes.add("ice-pwd", local.pwd);
  attributes.add("fingerprint", "sha-256 " + local.fingerprint);
  attributes.add("setup", "actpass");
  attributes.add("mid", media.kind == "video" ? "0" : "1");
  for (size_t i = 0; i < kExtensions.size(); ++i)
    attributes.add("extmap", std::to_string(i + 1) + " " + kExtensions[i]);
  attributes.add("recvonly");
  attributes.add("rtcp-mux");
  attributes.add("rtcp-rsize");
  for (const Format& format : formats) add_format(media, format);
  return media;
}

std::string receiver(const Local& local, bool video, bool audio) {
  sdp::Description out;
  out.origin.session_id = std::to_string(local.session_id);
  out.origin.session_version = "1";
  std::string bundle = "BUNDLE";
  if (video) out.media.push_back(media_of("video", kVideo, local)), bundle += " 0";
  if (audio) out.media.push_back(media_of("audio", kAudio, local)), bundle += " 1";
  out.attributes.add("group", bundle);
  return out.text();
}

bool sends(const Negotiated& negotiated, media::TrackKind kind) {
  for (const NegotiatedMedia& media : negotiated.media)
    if (media.kind == kind && media.direction == NegotiatedMedia::Direction::kSend) return true;
  return false;
}

bool has(const media::TrackSet& tracks, media::TrackKind kind) {
  for (const media::TrackPtr& track : tracks)
    if (track->kind() == kind) return true;
  return false;
}

}  // namespace

std::string offer_to_receive(const Local& local) {
  return receiver(local, true, true);
}

base::Result<Negotiated> accept_to_receive(std::string_view answer, const Local& local) {
  return answer_publish(answer, local);
}

base::Result<std::string> offer_to_send(const Local& local, const media::TrackSet& tracks) {
  bool video = has(tracks, media::TrackKind::kVideo), audio = has(tracks, media::TrackKind::kAudio);
  // What we would answer to a viewer that takes everything is what we offer.
  auto answered = answer_play(receiver(local, video, audio), local, tracks);
  if (!answered) return answered.error();
  bool both = sends(*answered, media::TrackKind::kVideo) == video &&
              sends(*answered, media::TrackKind::kAudio) == audio;
  if (!both) {
    // An offer has no refused m-lines.
    answered = answer_play(receiver(local, sends(*answered, media::TrackKind::kVideo),
                                    sends(*answered, media::TrackKind::kAudio)),
                           local, tracks);
    if (!answered) return answered.error();
  }
  auto offer = sdp::parse(answered->answer);
  if (!offer) return offer.error();
  auto as_offer = [](const sdp::AttributeList& from) {
    sdp::AttributeList to;
    for (const sdp::Attribute& attribute : from) {
      if (attribute.name == "ice-lite" || attribute.name == "end-of-candidates") continue;
      to.add(attribute.name, attribute.name == "setup" ? "actpass" : attribute.value);
    }
    return to;
  };
  offer->attributes = as_offer(offer->attributes);
  for (sdp::Media& media : offer->media) media.attributes = as_offer(media.attributes);
  return offer->text();
}

base::Result<Negotiated> accept_to_send(std::string_view answer, const Local& local,
                                        const media::TrackSet& tracks) {
  return answer_play(answer, local, tracks);
}

}  // namespace eyas::webrtc
