#include <gtest/gtest.h>

#include "protocols/webrtc/negotiation/negotiate.h"
#include "protocols/webrtc/negotiation/test_local.h"
#include "rtp/sdp/offers/offers.h"

namespace eyas::webrtc {
namespace {

using base::Code;
using media::Codec;
using Direction = NegotiatedMedia::Direction;

Negotiated play(const std::string& offer, const media::TrackSet& tracks) {
  auto negotiated = answer_play(offer, test_local(), tracks);
  EXPECT_TRUE(negotiated) << negotiated.error().message();
  return negotiated ? std::move(*negotiated) : Negotiated{};
}

base::Error refusal(const std::string& offer, const media::TrackSet& tracks) {
  auto negotiated = answer_play(offer, test_local(), tracks);
  EXPECT_FALSE(negotiated);
  return negotiated ? base::Error{} : negotiated.error();
}

const media::TrackPtr kDrone = test_track(1, Codec::kH264, "avc1.640028");
const media::TrackPtr kSound = test_track(2, Codec::kOpus);

TEST(Play, ChromiumGetsPictureAndSound) {
  Negotiated session = play(sdp::offer_of("chromium_whep"), {kDrone, kSound});
  ASSERT_EQ(session.media.size(), 2u);
  const NegotiatedMedia &video = session.media[0], &audio = session.media[1];
  EXPECT_EQ(video.direction, Direction::kSend);
  EXPECT_EQ(video.track, 1u);
  EXPECT_EQ(video.payloads.at(0).codec, Codec::kH264);
  EXPECT_EQ(video.payloads[0].payload_type, 41);  // f4001f: the offered profile that includes High
  EXPECT_EQ(video.payloads[0].rtx_payload_type, 42);
  EXPECT_EQ(video.extensions.playout_delay, 5);
  EXPECT_EQ(video.extensions.twcc, 4);
  EXPECT_EQ(video.extensions.mid, 9);
  EXPECT_EQ(video.extensions.rid, 0);  // one layer goes out
  EXPECT_NE(video.ssrc, 0u);
  EXPECT_EQ(video.rtx_ssrc, video.ssrc + 1);
  EXPECT_EQ(audio.track, 2u);
  EXPECT_EQ(audio.rtx_ssrc, 0u);
  EXPECT_NE(audio.ssrc, video.rtx_ssrc);
  EXPECT_TRUE(session.left_out.empty());

  const std::string& answer = session.answer;
  EXPECT_EQ(lines_like(answer, "a=sendonly"), 2u);
  EXPECT_EQ(lines_like(answer, "a=setup:passive"), 2u);
  EXPECT_EQ(lines_like(answer, "a=end-of-candidates"), 1u);
  EXPECT_EQ(lines_like(answer, "m=video 9 UDP/TLS/RTP/SAVPF 41 42"), 1u);
  EXPECT_EQ(lines_like(answer, "a=msid:live.alpha video0"), 1u);
  EXPECT_EQ(lines_like(answer, "a=ssrc-group:FID " + std::to_string(video.ssrc) + ' ' +
                                   std::to_string(video.rtx_ssrc)),
            1u);
  EXPECT_EQ(lines_like(answer, "a=fmtp:111 minptime=10;sprop-stereo=1;stereo=1;useinbandfec=1"), 1u);
}

TEST(Play, LevelIsTheStreamsWhereAsymmetryAllows) {
  const std::string offer = sdp::offer_of("chromium_whep");
  const char* line = "a=fmtp:41 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=";
  EXPECT_EQ(lines_like(play(offer, {kDrone}).answer, line + std::string("f40028")), 1u);
  auto small = test_track(1, Codec::kH264, "avc1.64000d");
  EXPECT_EQ(lines_like(play(offer, {small}).answer, line + std::string("f4001f")), 1u);
  std::string strict = replaced(offer, "level-asymmetry-allowed=1;", "");
  EXPECT_EQ(
      lines_like(play(strict, {kDrone}).answer, "a=fmtp:41 packetization-mode=1;profile-level-id=f4001f"),
      1u);
}

TEST(Play, ProfileThatSuitsTheStreamIsTaken) {
  const std::string chromium = sdp::offer_of("chromium_whep"), safari = sdp::offer_of("safari_whep");
  auto type = [](const std::string& offer, const char* profile) {
    return play(offer, {test_track(1, Codec::kH264, profile)}).media[0].payloads.at(0).payload_type;
  };
  EXPECT_EQ(type(chromium, "avc1.42e01f"), 108);
  EXPECT_EQ(type(chromium, "avc1.42001f"), 102);
  EXPECT_EQ(type(chromium, "avc1.4d401f"), 116);
  EXPECT_EQ(type(safari, "avc1.640c1f"), 96);
  EXPECT_EQ(type(safari, "avc1.640028"), 96);  // DEVIATION: beyond what is offered, and decoded
  EXPECT_EQ(type(sdp::offer_of("firefox_whep"), "avc1.640028"), 126);  // never packetization-mode 0
  EXPECT_EQ(type(sdp::offer_of("aiortc_whep"), "avc1.42c01f"), 101);
  EXPECT_EQ(type(sdp::offer_of("gstreamer_whep"), "avc1.640028"), 96);
  EXPECT_EQ(refusal(safari, {test_track(1, Codec::kH264, "avc1.6e0028")}).code, Code::kUnsupported);
}

TEST(Play, OtherCodecsByTheirProfiles) {
  const std::string chromium = sdp::offer_of("chromium_whep"), safari = sdp::offer_of("safari_whep");
  auto type = [](const std::string& offer, Codec codec, const char* profile) {
    return play(offer, {test_track(1, codec, profile)}).media[0].payloads.at(0).payload_type;
  };
  EXPECT_EQ(type(chromium, Codec::kVp8, "vp8"), 96);
  EXPECT_EQ(type(chromium, Codec::kVp9, "vp09.00.10.08"), 98);
  EXPECT_EQ(type(chromium, Codec::kVp9, "vp09.02.10.10"), 100);
  EXPECT_EQ(type(chromium, Codec::kAv1, "av01.0.04M.08"), 45);
  EXPECT_EQ(type(chromium, Codec::kAv1, "av01.1.04M.08"), 47);
  EXPECT_EQ(type(safari, Codec::kH265, "hvc1.1.6.L93.B0"), 100);
  EXPECT_EQ(type(safari, Codec::kH265, "hvc1.2.4.L93.B0"), 102);
  EXPECT_EQ(refusal(chromium, {test_track(1, Codec::kAv1, "av01.2.04M.08")}).code, Code::kUnsupported);
  EXPECT_EQ(refusal(safari, {test_track(1, Codec::kVp9, "vp09.02.10.10")}).code, Code::kUnsupported);
}

TEST(Play, TelephonySoundIsSent) {
  Negotiated session = play(sdp::offer_of("chromium_whep"), {test_track(7, Codec::kG711A)});
  EXPECT_EQ(session.media[1].payloads.at(0).payload_type, 8);
  EXPECT_EQ(lines_like(session.answer, "a=rtpmap:8 PCMA/8000"), 1u);
  EXPECT_EQ(session.media[0].direction, Direction::kInactive);
}

TEST(Play, RefusalNamesWhatTheBrowserCannotDecode) {
  auto h265 = test_track(1, Codec::kH265, "hvc1.1.6.L120.B0");
  EXPECT_EQ(refusal(sdp::offer_of("chromium_whep"), {h265, kSound}).message(),
            "unsupported: webrtc offer: the stream cannot be shown (video is H.265, the peer decodes VP8, "
            "VP9, H264, "
            "AV1)");
  EXPECT_EQ(refusal(sdp::offer_of("chromium_whep"), {}).message(),
            "unsupported: webrtc offer: the stream cannot be shown (the stream has no track of a kind that "
            "was asked "
            "for)");
  EXPECT_EQ(refusal(sdp::offer_of("chromium_whip"), {kDrone}).code, Code::kUnsupported);  // it wants nothing
}

TEST(Play, PictureGoesWithoutSoundThatCannotBeDecoded) {
  Negotiated session =
      play(sdp::offer_of("chromium_whep"), {kDrone, test_track(2, Codec::kAac, "mp4a.40.2")});
  EXPECT_EQ(session.media[0].direction, Direction::kSend);
  EXPECT_EQ(session.media[1].direction, Direction::kInactive);
  EXPECT_EQ(lines_like(session.answer, "a=inactive"), 1u);
  EXPECT_EQ(lines_like(session.answer, "m=audio 9 UDP/TLS/RTP/SAVPF 111"), 1u);
  EXPECT_EQ(session.left_out, (std::vector<std::string>{"audio is AAC, the peer decodes opus, PCMU, PCMA"}));
}

TEST(Play, TrackThatSuitsIsFoundAmongSeveral) {
  auto reordered = std::make_shared<media::Track>(*kDrone);
  reordered->id = 9;
  reordered->config.reorder_depth = 2;
  auto aac = test_track(3, Codec::kAac, "mp4a.40.2");
  Negotiated session = play(sdp::offer_of("chromium_whep"), {aac, reordered, kSound, kDrone});
  EXPECT_EQ(session.media[0].track, 1u);  // the one without B-frames
  EXPECT_EQ(session.media[1].track, 2u);
  EXPECT_EQ(play(sdp::offer_of("chromium_whep"), {reordered}).media[0].track, 9u);
}

TEST(Play, EachTrackGoesOnce) {
  std::string offer = sdp::offer_of("gstreamer_whep");
  std::string second = offer.substr(offer.find("m=video"), offer.find("m=audio") - offer.find("m=video"));
  offer = replaced(offer, "BUNDLE video0 audio1", "BUNDLE video0 audio1 video2") +
          replaced(second, "mid:video0", "mid:video2");
  Negotiated one = play(offer, {kDrone});
  EXPECT_EQ(one.media[0].direction, Direction::kSend);
  EXPECT_EQ(one.media[2].direction, Direction::kInactive);
  auto other = test_track(5, Codec::kH264, "avc1.42e01f");
  Negotiated two = play(offer, {kDrone, other});
  EXPECT_EQ(two.media[2].track, 5u);
  EXPECT_NE(two.media[2].ssrc, two.media[0].ssrc);
}

media::TrackPtr derived(media::TrackId id, Codec codec, const char* rfc6381, media::TrackId from) {
  auto track = std::make_shared<media::Track>(*test_track(id, codec, rfc6381));
  track->derived_from = from;
  return track;
}

TEST(Play, DerivedTrackStandsInForWhatCannotBeDecoded) {
  const std::string chromium = sdp::offer_of("chromium_whep");
  auto h265 = test_track(1, Codec::kH265, "hvc1.1.6.L93.B0");
  auto h264 = derived(101, Codec::kH264, "avc1.42e01f", 1);
  auto aac = test_track(2, Codec::kAac, "mp4a.40.2");
  auto opus = derived(102, Codec::kOpus, "opus", 2);
  Negotiated session = play(chromium, {h264, h265, aac, opus});
  EXPECT_EQ(session.media[0].track, 101u);
  EXPECT_EQ(session.media[1].track, 102u);
  EXPECT_TRUE(session.left_out.empty());
  EXPECT_EQ(play(sdp::offer_of("safari_whep"), {h264, h265}).media[0].track, 1u);  // its own is better
}

TEST(Play, DerivationsAreWantedForWhatCannotBeDecoded) {
  using hub::Derivation;
  using Wanted = std::vector<Derivation>;
  const std::string chromium = sdp::offer_of("chromium_whep");
  auto h265 = test_track(1, Codec::kH265, "hvc1.1.6.L93.B0");
  auto aac = test_track(2, Codec::kAac, "mp4a.40.2");
  EXPECT_EQ(derivations_for(chromium, {kDrone, kSound}), Wanted{});
  EXPECT_EQ(derivations_for(chromium, {kDrone, kSound}, {kDrone->id}), Wanted{Derivation::kH264WithoutDelay})
      << "it has B-frames";
  EXPECT_EQ(derivations_for(chromium, {kDrone, aac}), Wanted{Derivation::kOpus});
  EXPECT_EQ(derivations_for(chromium, {h265, aac}),
            (Wanted{Derivation::kH264WithoutDelay, Derivation::kOpus}));
  EXPECT_EQ(derivations_for(sdp::offer_of("safari_whep"), {h265}), Wanted{});
  // Also when it stands already: whoever needs it holds it.
  EXPECT_EQ(derivations_for(chromium, {aac, derived(102, Codec::kOpus, "opus", 2)}),
            Wanted{Derivation::kOpus});
  EXPECT_EQ(derivations_for(replaced(chromium, "opus/48000", "x/48000"), {aac}), Wanted{});
  EXPECT_EQ(derivations_for("no offer", {aac}), Wanted{});
}

TEST(Play, SmallerRenditionsAndOtherFormsOfOneTrackAreNotFurtherTracks) {
  std::string offer = sdp::offer_of("gstreamer_whep");
  std::string second = offer.substr(offer.find("m=video"), offer.find("m=audio") - offer.find("m=video"));
  offer = replaced(offer, "BUNDLE video0 audio1", "BUNDLE video0 audio1 video2") +
          replaced(second, "mid:video0", "mid:video2");
  auto small = std::make_shared<media::Track>(*test_track(3, Codec::kH264, "avc1.42e01f"));
  small->rendition = 1;
  Negotiated session = play(offer, {small, kDrone, derived(101, Codec::kH264, "avc1.42e01f", 1)});
  EXPECT_EQ(session.media[0].track, 1u);
  EXPECT_EQ(session.media[2].direction, Direction::kInactive);
}

TEST(Play, ExtensionsKeepTheirDirection) {
  const std::string firefox = sdp::offer_of("firefox_whep");
  Negotiated session = play(firefox, {kDrone});
  EXPECT_EQ(session.media[0].extensions.playout_delay, 6);
  EXPECT_EQ(lines_like(session.answer,
                       "a=extmap:6/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"),
            1u);
  EXPECT_EQ(play(replaced(firefox, "6/recvonly", "6/sendonly"), {kDrone}).media[0].extensions.playout_delay,
            0);
  EXPECT_EQ(play(replaced(firefox, "6/recvonly", "6/inactive"), {kDrone}).media[0].extensions.playout_delay,
            0);
}

TEST(Play, WideExtensionIdsAreNotSent) {
  std::string offer = replaced(sdp::offer_of("chromium_whep"), "extmap:5 ", "extmap:15 ");
  EXPECT_EQ(play(offer, {kDrone}).media[0].extensions.playout_delay, 0);
}

TEST(Play, SsrcsNeverWrapToNone) {
  Local local = test_local();
  for (uint32_t base : {0u, UINT32_MAX, UINT32_MAX - 1, UINT32_MAX - 32}) {
    local.ssrc_base = base;
    auto session = answer_play(sdp::offer_of("chromium_whep"), local, {kDrone, kSound});
    ASSERT_TRUE(session);
    EXPECT_NE(session->media[0].ssrc, 0u);
    EXPECT_GT(session->media[1].ssrc, session->media[0].rtx_ssrc);
  }
}

TEST(Play, EveryRealOfferIsAnsweredInOrder) {
  for (const char* name : sdp::kAllOffers) {
    if (std::string(name).find("whep") == std::string::npos) continue;
    std::string offer = sdp::offer_of(name);
    auto asked = sdp::parse(offer), answered = sdp::parse(play(offer, {kDrone, kSound}).answer);
    ASSERT_TRUE(asked && answered) << name;
    ASSERT_EQ(asked->media.size(), answered->media.size()) << name;
    for (size_t i = 0; i < asked->media.size(); ++i) {
      EXPECT_EQ(asked->media[i].kind, answered->media[i].kind) << name;
      EXPECT_EQ(asked->media[i].protocol, answered->media[i].protocol) << name;
      EXPECT_EQ(asked->media[i].attributes.first("mid"), answered->media[i].attributes.first("mid")) << name;
      EXPECT_EQ(sdp::direction_of(*answered, answered->media[i]), sdp::Direction::kSend) << name;
    }
  }
}

}  // namespace
}  // namespace eyas::webrtc
