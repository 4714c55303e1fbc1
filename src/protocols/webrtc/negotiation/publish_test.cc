#include <gtest/gtest.h>

#include "protocols/webrtc/negotiation/negotiate.h"
#include "protocols/webrtc/negotiation/offer.h"
#include "protocols/webrtc/negotiation/test_local.h"
#include "rtp/sdp/offers/offers.h"

namespace eyas::webrtc {
namespace {

using base::Code;
using media::Codec;
using Direction = NegotiatedMedia::Direction;

Negotiated publish(const std::string& offer, const Local& local = test_local()) {
  auto negotiated = answer_publish(offer, local);
  EXPECT_TRUE(negotiated) << negotiated.error().message();
  return negotiated ? std::move(*negotiated) : Negotiated{};
}

base::Error refusal(const std::string& offer) {
  auto negotiated = answer_publish(offer, test_local());
  EXPECT_FALSE(negotiated);
  return negotiated ? base::Error{} : negotiated.error();
}

TEST(Publish, ChromiumSendsH264AndOpus) {
  Negotiated session = publish(sdp::offer_of("chromium_whip"));
  ASSERT_EQ(session.media.size(), 2u);
  const NegotiatedMedia &audio = session.media[0], &video = session.media[1];
  EXPECT_EQ(audio.kind, media::TrackKind::kAudio);
  EXPECT_EQ(audio.direction, Direction::kReceive);
  ASSERT_EQ(audio.payloads.size(), 1u);
  EXPECT_EQ(audio.payloads[0].codec, Codec::kOpus);
  EXPECT_EQ(audio.payloads[0].channels, 2);
  EXPECT_EQ(audio.extensions.twcc, 3);
  EXPECT_EQ(audio.extensions.mid, 4);
  ASSERT_EQ(video.payloads.size(), 1u);
  EXPECT_EQ(video.payloads[0].codec, Codec::kH264);
  EXPECT_EQ(video.payloads[0].payload_type, 102);  // the first with packetization-mode 1
  EXPECT_EQ(video.payloads[0].rtx_payload_type, 103);
  EXPECT_TRUE(video.payloads[0].nack && video.payloads[0].pli && video.payloads[0].twcc &&
              video.payloads[0].remb);
  EXPECT_EQ(video.extensions.video_orientation, 13);
  EXPECT_EQ(video.extensions.playout_delay, 0);  // ours to send, not to receive
  EXPECT_EQ(session.remote_ufrag, "Nkrr");
  EXPECT_EQ(session.remote_fingerprint.size(), 95u);
  EXPECT_EQ(session.remote_candidates.size(), 4u);
  EXPECT_TRUE(video.rids.empty());
}

TEST(Publish, AnswerIsPlain) {
  std::string answer = publish(sdp::offer_of("libdatachannel_whip")).answer;
  EXPECT_EQ(
      answer,
      replaced(
          "v=0\no=- 42 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=ice-lite\na=group:BUNDLE 0 1\na=msid-semantic:WMS *\n"
          "m=audio 9 UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\na=ice-ufrag:eyas0001\n"
          "a=ice-pwd:0123456789abcdefghijkl\na=fingerprint:sha-256 "
          "AA:BB\na=setup:passive\na=mid:0\na=recvonly\n"
          "a=rtcp-mux\na=rtpmap:111 opus/48000/2\na=fmtp:111 minptime=10;stereo=1;useinbandfec=1\n"
          "a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host\n"
          "a=candidate:2 1 tcp 1518280447 192.0.2.1 8189 typ host tcptype passive\na=end-of-candidates\n"
          "m=video 9 UDP/TLS/RTP/SAVPF 96\nc=IN IP4 0.0.0.0\na=ice-ufrag:eyas0001\n"
          "a=ice-pwd:0123456789abcdefghijkl\na=fingerprint:sha-256 "
          "AA:BB\na=setup:passive\na=mid:1\na=recvonly\n"
          "a=rtcp-mux\na=rtpmap:96 H264/90000\na=rtcp-fb:96 goog-remb\na=rtcp-fb:96 nack\n"
          "a=rtcp-fb:96 nack pli\n"
          "a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\n",
          "\n", "\r\n"));
}

TEST(Publish, EncodersOfOtherKindsAreTaken) {
  Negotiated gstreamer = publish(sdp::offer_of("gstreamer_whip"));  // sendrecv, bundle-only with port 0
  EXPECT_EQ(gstreamer.media[0].direction, Direction::kReceive);
  EXPECT_EQ(gstreamer.media[1].direction, Direction::kReceive);
  EXPECT_EQ(gstreamer.media[1].payloads.at(0).codec, Codec::kOpus);
  EXPECT_EQ(lines_like(gstreamer.answer, "a=rtpmap:97 OPUS/48000/2"), 1u);  // its own spelling

  Negotiated obs = publish(sdp::offer_of("libdatachannel_whip"));  // fingerprint of the session
  EXPECT_EQ(obs.media[1].ssrcs, (std::vector<uint32_t>{1002}));

  Negotiated ffmpeg = publish(replaced(sdp::offer_of("ffmpeg_whip"), "setup:passive", "setup:active"));
  EXPECT_EQ(ffmpeg.media[1].payloads.at(0).rtx_payload_type, 105);
  EXPECT_EQ(ffmpeg.media[1].ssrcs.size(), 1u);  // the other one is rtx's
}

TEST(Publish, SimulcastLayersAreReceived) {
  Negotiated session = publish(sdp::offer_of("chromium_whip_simulcast"));
  EXPECT_EQ(session.media[0].rids, (std::vector<std::string>{"h", "m", "l"}));
  EXPECT_NE(session.media[0].extensions.rid, 0);
  EXPECT_NE(session.media[0].extensions.repaired_rid, 0);
  EXPECT_EQ(lines_like(session.answer, "a=rid:m recv"), 1u);
  EXPECT_EQ(lines_like(session.answer, "a=simulcast:recv h;m;l"), 1u);
}

TEST(Publish, PreferredCodecComesFirstThenTheOffers) {
  Local local = test_local();
  local.prefer = {Codec::kAv1, Codec::kVp9};
  EXPECT_EQ(publish(sdp::offer_of("chromium_whip"), local).media[1].payloads.at(0).codec, Codec::kAv1);
  local.prefer = {};
  EXPECT_EQ(publish(sdp::offer_of("chromium_whip"), local).media[1].payloads.at(0).codec, Codec::kVp8);
}

// DEVIATION: small encoders offer H.264 without packetization-mode, which means single NAL units.
TEST(Publish, SingleNalUnitModeIsTakenWhenThereIsNoOther) {
  std::string offer = replaced(sdp::offer_of("libdatachannel_whip"), "packetization-mode=1;", "");
  Negotiated session = publish(offer);
  EXPECT_EQ(session.media[1].payloads.at(0).codec, Codec::kH264);
  EXPECT_EQ(lines_like(session.answer, "a=fmtp:96 level-asymmetry-allowed=1;profile-level-id=42e01f"), 1u);
}

TEST(Publish, WhatCannotBeTakenKeepsItsPlace) {
  std::string offer = sdp::offer_of("libdatachannel_whip") +
                      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\na=sctp-port:5000\r\n";
  Negotiated session = publish(offer);
  ASSERT_EQ(session.media.size(), 3u);
  EXPECT_EQ(session.media[2].direction, Direction::kInactive);
  EXPECT_EQ(lines_like(session.answer, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"), 1u);
  EXPECT_EQ(lines_like(session.answer, "a=group:BUNDLE 0 1"), 1u);

  Negotiated half = publish(replaced(sdp::offer_of("libdatachannel_whip"), "opus/48000/2", "L16/48000/2"));
  EXPECT_EQ(half.media[0].direction, Direction::kInactive);
  EXPECT_EQ(lines_like(half.answer, "m=audio 0 UDP/TLS/RTP/SAVPF 111"), 1u);
  EXPECT_EQ(lines_like(half.answer, "a=group:BUNDLE 1"), 1u);
  EXPECT_GT(half.answer.find("a=candidate"), half.answer.find("m=video"));
}

TEST(Publish, AloneNeedsNoBundle) {
  std::string offer = sdp::offer_of("libdatachannel_whip");
  offer = replaced(offer.erase(offer.find("m=audio"), offer.find("m=video") - offer.find("m=audio")),
                   "a=group:BUNDLE 0 1\r\n", "");
  Negotiated session = publish(offer);
  EXPECT_EQ(session.media.at(0).direction, Direction::kReceive);
  EXPECT_EQ(session.answer.find("BUNDLE"), std::string::npos);
}

TEST(Publish, APassivePeerIsCalled) {
  Negotiated ffmpeg = publish(sdp::offer_of("ffmpeg_whip"));
  EXPECT_TRUE(ffmpeg.dtls_client);
  EXPECT_NE(ffmpeg.answer.find("a=setup:active"), std::string::npos);
  EXPECT_EQ(ffmpeg.answer.find("a=setup:passive"), std::string::npos);
  EXPECT_FALSE(publish(sdp::offer_of("libdatachannel_whip")).dtls_client);
}

TEST(Publish, RefusalsSayWhy) {
  const std::string offer = sdp::offer_of("libdatachannel_whip");
  EXPECT_EQ(refusal(replaced(offer, "a=setup:actpass", "a=setup:holdconn")).code, Code::kUnsupported);
  EXPECT_EQ(refusal(replaced(offer, "BUNDLE", "X")).message(),
            "unsupported: webrtc offer: no BUNDLE (all media must share one transport)");
  EXPECT_EQ(refusal(replaced(offer, "a=rtcp-mux\r\n", "")).code, Code::kUnsupported);
  EXPECT_EQ(refusal(replaced(offer, "sha-256", "sha-1")).detail, "only sha-1");
  EXPECT_EQ(refusal(replaced(offer, "a=fingerprint", "a=x")).code, Code::kMalformed);
  EXPECT_EQ(refusal(replaced(offer, "a=ice-pwd:trJG/", "a=ice-pwd:t ")).code, Code::kMalformed);
  EXPECT_EQ(refusal("v=0\r\n").code, Code::kMalformed);
  EXPECT_EQ(refusal("{}").code, Code::kMalformed);
  EXPECT_EQ(refusal(replaced(replaced(offer, "H264", "H263"), "opus", "L16")).message(),
            "unsupported: webrtc offer: nothing that the peer sends can be taken (audio: none that we carry; "
            "video: none "
            "that we carry)");
  EXPECT_EQ(refusal(replaced(offer, "sendonly", "recvonly")).code, Code::kUnsupported);
}

TEST(Publish, LimitsHold) {
  auto many = [](size_t count) {
    std::string offer = "v=0\r\na=group:BUNDLE", sections;
    for (size_t i = 0; i < count; ++i) {
      offer += ' ' + std::to_string(i);
      sections +=
          "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 H264/90000\r\na=rtcp-mux\r\na=sendonly\r\na=mid:" +
          std::to_string(i) + "\r\n";
    }
    return offer + "\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=fingerprint:sha-256 " +
           std::string(95, 'A') + "\r\n" + sections;
  };
  EXPECT_EQ(publish(many(kMediaMax)).media.size(), kMediaMax);
  EXPECT_EQ(refusal(many(kMediaMax + 1)).code, Code::kLimit);

  std::string layers = "a=simulcast:send 0", rids = "a=rid:0 send\r\n", ssrcs, candidates;
  for (size_t i = 1; i < 20; ++i) {
    layers += ';' + std::to_string(i);
    rids += "a=rid:" + std::to_string(i) + " send\r\n";
    ssrcs += "a=ssrc:" + std::to_string(i) + " cname:x\r\n";
  }
  for (size_t i = 0; i < 100; ++i) candidates += "a=candidate:1 1 udp 5 192.0.2.1 6 typ host\r\n";
  Negotiated session = publish(many(1) + rids + layers + "\r\n" + ssrcs + candidates);
  EXPECT_EQ(session.media[0].rids.size(), kRidsMax);
  EXPECT_EQ(session.media[0].ssrcs.size(), kSsrcsMax);
  EXPECT_EQ(session.remote_candidates.size(), kRemoteCandidatesMax);
}

}  // namespace
}  // namespace eyas::webrtc
