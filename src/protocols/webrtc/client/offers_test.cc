#include "protocols/webrtc/client/offers.h"

#include <gtest/gtest.h>

#include "protocols/webrtc/negotiation/test_local.h"
#include "rtp/sdp/sdp.h"

namespace eyas::webrtc {
namespace {

using media::Codec;
using Direction = NegotiatedMedia::Direction;

Local local_of(const char* ufrag) {
  Local local = test_local();
  local.ufrag = ufrag;
  local.fingerprint = "AA";
  for (int i = 1; i < 32; ++i) local.fingerprint += ":AA";
  return local;
}

const Local kUs = local_of("client00"), kThem = local_of("server00");

TEST(Offers, WhatAServerHasIsTakenFromItsAnswer) {
  media::TrackSet tracks = {test_track(1, Codec::kH265, "hvc1.1.6.L93.B0"), test_track(2, Codec::kOpus)};
  auto served = answer_play(offer_to_receive(kUs), kThem, tracks);
  ASSERT_TRUE(served.ok()) << served.error().message();
  auto agreed = accept_to_receive(served->answer, kUs);
  ASSERT_TRUE(agreed.ok()) << agreed.error().message();
  ASSERT_EQ(agreed->media.size(), 2u);
  EXPECT_EQ(agreed->media[0].direction, Direction::kReceive);
  EXPECT_EQ(agreed->media[0].payloads.at(0).codec, Codec::kH265);
  EXPECT_NE(agreed->media[0].payloads.at(0).rtx_payload_type, 0);
  EXPECT_EQ(agreed->media[0].ssrcs, std::vector<uint32_t>{served->media[0].ssrc});
  EXPECT_NE(agreed->media[0].extensions.twcc, 0);
  EXPECT_EQ(agreed->media[1].payloads.at(0).codec, Codec::kOpus);
  EXPECT_EQ(agreed->remote_ufrag, "server00");
  EXPECT_TRUE(agreed->dtls_client) << "the server waits for us";
  EXPECT_EQ(agreed->remote_candidates.size(), kThem.candidates.size());
}

TEST(Offers, WhatWeHaveIsOfferedAsItIs) {
  media::TrackSet tracks = {test_track(1, Codec::kH264, "avc1.640028"), test_track(2, Codec::kOpus)};
  auto offer = offer_to_send(kUs, tracks);
  ASSERT_TRUE(offer.ok()) << offer.error().message();
  EXPECT_EQ(lines_like(*offer, "a=sendonly"), 2u) << *offer;
  EXPECT_EQ(lines_like(*offer, "a=setup:actpass"), 2u);
  EXPECT_EQ(lines_like(*offer, "a=ice-lite"), 0u) << "we check, and choose the path";
  auto taken = answer_publish(*offer, kThem);
  ASSERT_TRUE(taken.ok()) << taken.error().message();
  EXPECT_EQ(taken->media.at(0).payloads.at(0).codec, Codec::kH264);
  auto agreed = accept_to_send(taken->answer, kUs, tracks);
  ASSERT_TRUE(agreed.ok()) << agreed.error().message();
  ASSERT_EQ(agreed->media.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(agreed->media[i].direction, Direction::kSend);
    EXPECT_EQ(agreed->media[i].track, tracks[i]->id);
    // What the offer announced is what is sent.
    EXPECT_EQ(taken->media[i].ssrcs, std::vector<uint32_t>{agreed->media[i].ssrc});
    EXPECT_EQ(agreed->media[i].payloads.at(0).payload_type, taken->media[i].payloads.at(0).payload_type);
  }
}

TEST(Offers, TracksThatWebRtcCannotCarryAreLeftOut) {
  auto offer = offer_to_send(kUs, {test_track(1, Codec::kH264, "avc1.640028"), test_track(2, Codec::kAac)});
  ASSERT_TRUE(offer.ok());
  EXPECT_EQ(sdp::parse(*offer)->media.size(), 1u) << "no m-line that is refused by its own offer";
  EXPECT_FALSE(offer_to_send(kUs, {test_track(2, Codec::kAac)}).ok());
  // A server that takes the picture only.
  media::TrackSet both = {test_track(1, Codec::kH264, "avc1.640028"), test_track(2, Codec::kOpus)};
  std::string no_opus = replaced(*offer_to_send(kUs, both), "opus/48000/2", "nothing/48000/2");
  auto taken = answer_publish(no_opus, kThem);
  ASSERT_TRUE(taken.ok());
  auto agreed = accept_to_send(taken->answer, kUs, both);
  ASSERT_TRUE(agreed.ok());
  EXPECT_EQ(agreed->media[0].direction, Direction::kSend);
  EXPECT_EQ(agreed->media[1].direction, Direction::kInactive);
}

TEST(Offers, NonsenseIsNoAnswer) {
  EXPECT_FALSE(accept_to_receive("", kUs).ok());
  EXPECT_FALSE(accept_to_receive("v=0\r\n", kUs).ok());
  EXPECT_FALSE(accept_to_send(offer_to_receive(kUs), kUs, {}).ok());
}

}  // namespace
}  // namespace eyas::webrtc
