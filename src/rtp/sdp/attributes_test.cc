#include "rtp/sdp/attributes.h"

#include <gtest/gtest.h>

#include "base/words.h"
#include "rtp/sdp/offers/offers.h"

namespace eyas::sdp {
namespace {

Media media_of(const std::string& lines) {
  auto parsed = parse("v=0\n" + lines);
  EXPECT_TRUE(parsed);
  return parsed->media.at(0);
}

TEST(SdpFormats, AreReadWithAllThatIsSaid) {
  std::vector<Format> formats = formats_of(
      media_of("m=video 9 UDP/TLS/RTP/SAVPF 96 97 33 99 96 200\na=rtpmap:96 H264/90000\na=rtcp-fb:* nack\n"
               "a=fmtp:96 Packetization-Mode=1; profile-level-id=42e01f ;flag\na=rtcp-fb:96 nack "
               "pli\na=rtcp-fb:97 ccm fir\n"
               "a=rtpmap:97 rtx/90000\na=fmtp:97 apt=96\na=rtpmap:200 X/1\n"));
  ASSERT_EQ(formats.size(), 3u);  // 99 has no rtpmap, 96 comes twice, 200 is no payload type
  EXPECT_EQ(formats[0].encoding, "H264");
  EXPECT_EQ(formats[0].clock_rate, 90000u);
  EXPECT_EQ(text_of(formats[0].parameters), "flag;packetization-mode=1;profile-level-id=42e01f");
  EXPECT_EQ(formats[0].feedback, (std::vector<std::string>{"nack", "nack pli"}));
  EXPECT_EQ(formats[1].parameters.at("apt"), "96");
  EXPECT_EQ(formats[2].encoding, "MP2T");  // static [RFC 3551 6]
}

TEST(SdpFormats, AudioHasChannels) {
  std::vector<Format> formats =
      formats_of(media_of("m=audio 9 RTP/AVP 111 0 97 98\na=rtpmap:111 opus/48000/2\na=rtpmap:97 L16/x\n"
                          "a=rtpmap:98 JPEG\n"));
  ASSERT_EQ(formats.size(), 3u);  // "L16/x" says nothing
  EXPECT_EQ(formats[0].channels, 2);
  EXPECT_EQ(formats[1].encoding, "PCMU");
  EXPECT_EQ(formats[1].channels, 1);
  EXPECT_EQ(formats[2].clock_rate, 90000u);
}

TEST(SdpFormats, ChromiumOffersWhatWeKnow) {
  auto offer = parse(offer_of("chromium_whep"));
  ASSERT_TRUE(offer);
  std::vector<Format> formats = formats_of(offer->media[0]);
  EXPECT_EQ(formats.size(), offer->media[0].formats.size());
  EXPECT_EQ(formats[0].encoding, "VP8");
  EXPECT_EQ(formats[0].feedback.size(), 5u);
}

TEST(SdpCandidate, ReadsAndWrites) {
  const std::string udp = "2 1 udp 2122194687 192.0.2.10 8189 typ host generation 0 network-cost 999";
  const std::string tcp = "3 1 tcp 1518280447 2001:db8::1 9 typ host tcptype active";
  for (const std::string& text : {udp, tcp}) {
    auto candidate = parse_candidate("candidate:" + text);
    ASSERT_TRUE(candidate);
    EXPECT_EQ(candidate->text(), text);
  }
  EXPECT_EQ(parse_candidate("a=candidate:" + tcp)->tcp_type, "active");
  EXPECT_EQ(parse_candidate("1 1 UDP 5 a.local 1 typ srflx raddr 0.0.0.0 rport 0")->transport, "udp");
  for (const char* broken : {"", "1 1 udp 5 192.0.2.1 8189", "1 x udp 5 192.0.2.1 8189 typ host",
                             "1 1 udp 5 192.0.2.1 81890 typ host", "1 1 udp 5 192.0.2.1 8189 type host"})
    EXPECT_FALSE(parse_candidate(broken)) << broken;
}

TEST(SdpExtensions, AreReadWithTheirDirection) {
  auto extensions = extensions_of(media_of(
      "m=video 9 RTP/AVP 0\na=extmap:6/recvonly http://a.b/c attr\na=extmap:x urn:y\na=extmap:300 urn:z\n"));
  ASSERT_EQ(extensions.size(), 2u);
  EXPECT_EQ(extensions[0].id, 6);
  EXPECT_EQ(extensions[0].direction, "recvonly");
  EXPECT_EQ(extensions[0].uri, "http://a.b/c");
  EXPECT_EQ(extensions[1].id, 300);
}

TEST(SdpSimulcast, LayersAreReadInOrder) {
  auto offer = parse(offer_of("chromium_whip_simulcast"));
  ASSERT_TRUE(offer);
  EXPECT_EQ(simulcast_of(offer->media[0]).send, (std::vector<std::string>{"h", "m", "l"}));
  EXPECT_EQ(rids_of(offer->media[0]).size(), 3u);

  Media media =
      media_of("m=video 9 RTP/AVP 0\na=simulcast:recv 9 send 1,2;~3;;4\na=rid:1 send max-width=8;pt=9\n");
  EXPECT_EQ(simulcast_of(media).send, (std::vector<std::string>{"1", "3", "4"}));
  EXPECT_EQ(simulcast_of(media).receive, (std::vector<std::string>{"9"}));
  EXPECT_EQ(rids_of(media)[0].parameters, "max-width=8;pt=9");
}

TEST(SdpSession, FingerprintsGroupsAndDirections) {
  auto parsed = parse(
      "v=0\na=group:LS 0 1\na=group:BUNDLE 0 1\na=fingerprint:SHA-256 ab:cd\na=sendonly\n"
      "m=video 9 RTP/AVP 0\na=recvonly\nm=audio 9 RTP/AVP 0\na=fingerprint:sha-1 00:11\nm=text 9 RTP/AVP "
      "0\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(group_of(*parsed, "BUNDLE"), (std::vector<std::string>{"0", "1"}));
  EXPECT_TRUE(group_of(*parsed, "FID").empty());
  EXPECT_EQ(fingerprints_of(*parsed, parsed->media[0])[0].algorithm, "sha-256");
  EXPECT_EQ(fingerprints_of(*parsed, parsed->media[0])[0].value, "AB:CD");
  EXPECT_EQ(fingerprints_of(*parsed, parsed->media[1])[0].algorithm, "sha-1");
  EXPECT_EQ(direction_of(*parsed, parsed->media[0]), Direction::kReceive);
  EXPECT_EQ(direction_of(*parsed, parsed->media[2]), Direction::kSend);
}

TEST(SdpWords, AreBounded) {
  EXPECT_EQ(words_of("  a\tb  c ").size(), 3u);
  EXPECT_EQ(words_of("a b c", 2).size(), 2u);
  EXPECT_TRUE(base::same_word("H264", "h264"));
  EXPECT_FALSE(base::same_word("H264", "H265"));
}

}  // namespace
}  // namespace eyas::sdp
