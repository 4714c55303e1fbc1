#include "protocols/webrtc/negotiation/ice_fragment.h"

#include <gtest/gtest.h>

#include "protocols/webrtc/negotiation/test_local.h"

namespace eyas::webrtc {
namespace {

// [RFC 9725 4.3.2], shortened.
constexpr const char* kTrickle =
    "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\n"
    "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
    "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id "
    "1\r\n"
    "a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0\r\n"
    "a=end-of-candidates\r\n";

TEST(IceFragment, CandidatesAreRead) {
  auto fragment = parse_ice_fragment(kTrickle);
  ASSERT_TRUE(fragment);
  EXPECT_EQ(fragment->ufrag, "EsAw");
  EXPECT_EQ(fragment->pwd, "P2uYro0UCOQ4zxjKXaWCBui1");
  ASSERT_EQ(fragment->candidates.size(), 2u);
  EXPECT_EQ(fragment->candidates[1].tcp_type, "active");
  EXPECT_TRUE(fragment->end_of_candidates);
}

TEST(IceFragment, SessionLevelIsEnough) {
  auto fragment = parse_ice_fragment("a=ice-ufrag:EsAw\na=candidate:1 1 udp 5 192.0.2.1 6 typ host\n");
  ASSERT_TRUE(fragment);
  EXPECT_EQ(fragment->candidates.size(), 1u);
  EXPECT_FALSE(fragment->end_of_candidates);
  EXPECT_TRUE(parse_ice_fragment("a=end-of-candidates\n"));
}

TEST(IceFragment, BadOnesAreErrors) {
  EXPECT_FALSE(parse_ice_fragment(""));
  EXPECT_FALSE(parse_ice_fragment("hello\r\n"));
  EXPECT_FALSE(parse_ice_fragment("a=mid:0\r\n"));
  EXPECT_FALSE(parse_ice_fragment("a=ice-ufrag:EsAw\r\na=ice-pwd:short\r\n"));
  EXPECT_FALSE(parse_ice_fragment("a=ice-ufrag:" + std::string(257, 'u') + "\r\n"));
}

TEST(IceFragment, CandidatesAreLimited) {
  std::string text = "a=ice-ufrag:EsAw\r\n";
  for (size_t i = 0; i < kFragmentCandidatesMax; ++i)
    text += "a=candidate:" + std::to_string(i) + " 1 udp 5 192.0.2.1 6 typ host\r\n";
  EXPECT_TRUE(parse_ice_fragment(text));
  auto over = parse_ice_fragment(text + "a=candidate:x 1 udp 5 192.0.2.1 6 typ host\r\n");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, base::Code::kLimit);
}

TEST(IceFragment, RestartIsAnsweredWithOurNewCredentials) {
  std::vector<NegotiatedMedia> media(3);
  media[0].mid = "a";
  media[1].mid = "v";
  media[1].kind = media::TrackKind::kVideo;
  media[1].direction = NegotiatedMedia::Direction::kSend;
  media[2].mid = "s";
  media[2].kind = media::TrackKind::kAudio;
  media[2].direction = NegotiatedMedia::Direction::kSend;
  std::string text = ice_restart_answer(test_local(), media);
  EXPECT_EQ(lines_like(text, "a=ice-lite"), 1u);
  EXPECT_EQ(lines_like(text, "a=group:BUNDLE v s"), 1u);
  EXPECT_EQ(lines_like(text, "a=mid:v"), 1u);
  auto fragment = parse_ice_fragment(text);
  ASSERT_TRUE(fragment) << text;
  EXPECT_EQ(fragment->ufrag, test_local().ufrag);
  EXPECT_EQ(fragment->pwd, test_local().pwd);
  EXPECT_EQ(fragment->candidates, test_local().candidates);
}

}  // namespace
}  // namespace eyas::webrtc
