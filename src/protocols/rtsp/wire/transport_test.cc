#include "protocols/rtsp/wire/transport.h"

#include <gtest/gtest.h>

namespace eyas::rtsp {
namespace {

TEST(Transport, ReadsAlternativesInTheirOrder) {
  auto all = parse_transports(
      "RTP/AVP/TCP;unicast;interleaved=2-3;mode=\"PLAY\", RTP/AVP;unicast;client_port=4588-4589");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].lower, Transport::Lower::kTcp);
  EXPECT_EQ(all[0].interleaved, (NumberPair{2, 3}));
  EXPECT_EQ(all[0].mode, "PLAY");
  EXPECT_EQ(all[1].lower, Transport::Lower::kUdp);
  EXPECT_EQ(all[1].client_port, (NumberPair{4588, 4589}));
  EXPECT_EQ(all[1].profile, "RTP/AVP");
}

TEST(Transport, ReadsWhatAServerAnswers) {
  auto all = parse_transports(
      "RTP/AVP/UDP;multicast;destination=239.1.2.3;source=10.0.0.1;port=5000-5001;ttl=16;ssrc=DEADBEEF;"
      "server_port=6256");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].multicast);
  EXPECT_EQ(all[0].destination, "239.1.2.3");
  EXPECT_EQ(all[0].source, "10.0.0.1");
  EXPECT_EQ(all[0].port, (NumberPair{5000, 5001}));
  EXPECT_EQ(all[0].ttl, 16u);
  EXPECT_EQ(all[0].ssrc, 0xDEADBEEFu);
  EXPECT_EQ(all[0].server_port, (NumberPair{6256, 6257}));
}

TEST(Transport, LeavesOutWhatCannotBeRead) {
  EXPECT_TRUE(parse_transports("").empty());
  EXPECT_TRUE(parse_transports("RTP/, RAW/RAW/UDP;unicast, x").empty());
  auto all = parse_transports("RTP/AVP/TCP;interleaved=300-301;client_port=99999;ssrc=xyz");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].interleaved, std::nullopt);
  EXPECT_EQ(all[0].client_port, std::nullopt);
  EXPECT_EQ(all[0].ssrc, std::nullopt);
}

TEST(Transport, BoundsTheAlternatives) {
  std::string many;
  for (size_t i = 0; i < 2 * kTransportsMax; ++i) many += "RTP/AVP,";
  EXPECT_EQ(parse_transports(many).size(), kTransportsMax);
}

TEST(Transport, TextReadsBackToTheSame) {
  Transport transport;
  transport.lower = Transport::Lower::kTcp;
  transport.interleaved = {0, 1};
  transport.ssrc = 0x0000ABCD;
  transport.mode = "RECORD";
  EXPECT_EQ(transport.text(), "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0000ABCD;mode=RECORD");
  EXPECT_EQ(parse_transports(transport.text()), std::vector{transport});
}

}  // namespace
}  // namespace eyas::rtsp
