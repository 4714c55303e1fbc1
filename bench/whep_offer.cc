#include "bench/whep_offer.h"

#include "rtp/sdp/attributes.h"
#include "rtp/sdp/sdp.h"

namespace eyas::bench {
namespace {

void add_transport(sdp::Media& media, const webrtc::IceCredentials& local, const std::string& fingerprint) {
  auto& attributes = media.attributes;
  media.port = 9;
  media.connection = "IN IP4 0.0.0.0";
  attributes.add("ice-ufrag", local.ufrag);
  attributes.add("ice-pwd", local.password);
  attributes.add("fingerprint", "sha-256 " + fingerprint);
  attributes.add("setup", "actpass");
  attributes.add("extmap", std::to_string(kTransportSequenceId) +
                               " http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01");
  attributes.add("extmap", "9 urn:ietf:params:rtp-hdrext:sdes:mid");
  attributes.add("recvonly");
  attributes.add("rtcp-mux");
}

// An H.264 payload type and its RTX.
void add_h264(sdp::Media& media, int type, const char* profile) {
  const std::string t = std::to_string(type), rtx = std::to_string(type + 1);
  media.formats.push_back(t);
  media.formats.push_back(rtx);
  media.attributes.add("rtpmap", t + " H264/90000");
  for (const char* feedback : {"transport-cc", "ccm fir", "nack", "nack pli"})
    media.attributes.add("rtcp-fb", t + " " + feedback);
  media.attributes.add("fmtp",
                       t + " level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=" + profile);
  media.attributes.add("rtpmap", rtx + " rtx/90000");
  media.attributes.add("fmtp", rtx + " apt=" + t);
}

}  // namespace

std::string whep_offer(const webrtc::IceCredentials& local, const std::string& fingerprint) {
  sdp::Description offer;
  offer.origin.session_id = "1";
  offer.origin.session_version = "1";
  offer.attributes.add("group", "BUNDLE 0 1");
  sdp::Media video;
  video.kind = "video";
  add_transport(video, local, fingerprint);
  video.attributes.add("mid", "0");
  add_h264(video, 96, "42e033");
  add_h264(video, 98, "4d0033");
  add_h264(video, 100, "640033");
  sdp::Media audio;
  audio.kind = "audio";
  add_transport(audio, local, fingerprint);
  audio.attributes.add("mid", "1");
  audio.formats.push_back("111");
  audio.attributes.add("rtpmap", "111 opus/48000/2");
  audio.attributes.add("rtcp-fb", "111 transport-cc");
  audio.attributes.add("fmtp", "111 minptime=10;useinbandfec=1");
  offer.media = {video, audio};
  return offer.text();
}

std::optional<WhepAnswer> read_answer(const std::string& text) {
  auto parsed = sdp::parse(text);
  if (!parsed || parsed->media.empty()) return std::nullopt;
  WhepAnswer answer;
  const sdp::Media& first = parsed->media.front();
  answer.remote.ufrag = parsed->inherited(first, "ice-ufrag").value_or("");
  answer.remote.password = parsed->inherited(first, "ice-pwd").value_or("");
  for (const auto& fingerprint : sdp::fingerprints_of(*parsed, first))
    if (fingerprint.algorithm == "sha-256") answer.fingerprint = fingerprint.value;
  for (const sdp::Media& media : parsed->media) {
    for (auto value : media.attributes.all("candidate")) {
      auto candidate = sdp::parse_candidate(value);
      if (candidate && candidate->transport == "udp" && candidate->address == "127.0.0.1")
        answer.port = candidate->port;
    }
    auto formats = sdp::formats_of(media);
    if (media.kind == "video" && media.port != 0 && !formats.empty())
      answer.video_type = formats.front().payload_type;
  }
  if (answer.remote.password.empty() || answer.fingerprint.empty() || answer.port == 0 ||
      answer.video_type == 0)
    return std::nullopt;
  return answer;
}

}  // namespace eyas::bench
