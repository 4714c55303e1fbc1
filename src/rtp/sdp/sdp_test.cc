#include "rtp/sdp/sdp.h"

#include <gtest/gtest.h>

#include "rtp/sdp/offers/offers.h"

namespace eyas::sdp {
namespace {

using base::Code;

TEST(Sdp, OffersOfRealPeersReadBackTheSame) {
  for (const char* name : kAllOffers) {
    auto parsed = parse(offer_of(name));
    ASSERT_TRUE(parsed) << name << ": " << parsed.error().message();
    EXPECT_FALSE(parsed->media.empty()) << name;
    auto again = parse(parsed->text());
    ASSERT_TRUE(again) << name;
    EXPECT_TRUE(*again == *parsed) << name << "\n" << parsed->text();
  }
}

TEST(Sdp, WriterKeepsWhatItDoesNotKnow) {
  const std::string text =
      "v=0\r\no=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=Call\r\ni=About\r\nu=http://e.org/\r\n"
      "e=j@e.org\r\np=+1\r\nc=IN IP4 198.51.100.1\r\nb=AS:900\r\nt=0 0\r\nr=7d 1h 0\r\nt=5 6\r\nz=1 "
      "-1h\r\nk=prompt\r\n"
      "a=recvonly\r\na=x-odd:one:two\r\n"
      "m=audio 49170/2 RTP/AVP 0\r\ni=sound\r\nc=IN IP4 "
      "198.51.100.2\r\nb=AS:64\r\nk=clear:x\r\na=ptime:20\r\n"
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n";
  auto parsed = parse(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->text(), text);
  EXPECT_EQ(parsed->media[0].port_count, 2);
  EXPECT_EQ(parsed->origin.network, "IN IP4 198.51.100.1");
  EXPECT_EQ(parsed->attributes.first("x-odd"), "one:two");
}

TEST(Sdp, AttributesOfTheSessionAreInherited) {
  auto parsed = parse("v=0\na=setup:actpass\na=ice-ufrag:one\nm=video 9 RTP/AVP 96\na=ice-ufrag:two\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->inherited(parsed->media[0], "setup"), "actpass");
  EXPECT_EQ(parsed->inherited(parsed->media[0], "ice-ufrag"), "two");
  EXPECT_EQ(parsed->inherited(parsed->media[0], "ice-pwd"), std::nullopt);
}

// DEVIATION: cameras end lines as they like, leave lines out, put spaces around values and repeat blank
// lines.
TEST(Sdp, CamerasAreRead) {
  for (const char* end : {"\r\n", "\n", "\r"}) {
    std::string text;
    for (const char* line :
         {"v=0 ", "s= Media Presentation", "", "a=control:*", "m=video 0 RTP/AVP 96",
          "a=rtpmap:96 H265/90000", "b=AS:5000", " a=control:trackID=0 ", "c=IN IP4 0.0.0.0"})
      text += std::string(line) + end;
    auto parsed = parse(text);
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(parsed->name, "Media Presentation");
    ASSERT_EQ(parsed->media.size(), 1u);
    EXPECT_EQ(parsed->media[0].attributes.first("control"), "trackID=0");
    EXPECT_EQ(parsed->media[0].connection, "IN IP4 0.0.0.0");
    EXPECT_EQ(parsed->media[0].lines, (std::vector<Line>{{'b', "AS:5000"}}));
  }
}

TEST(Sdp, DataTracksAreRead) {
  auto parsed = parse("v=0\nm=application 0 RTP/AVP 98\na=rtpmap:98 smpte336m/90000\na=control:track2\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->media[0].kind, "application");
  EXPECT_EQ(parsed->media[0].formats, (std::vector<std::string>{"98"}));
}

TEST(Sdp, WrittenValuesNeverMakeLines) {
  Description description;
  description.name = "one\r\na=two";
  description.attributes.add("x", "1\n2");
  EXPECT_EQ(description.text(), "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=one  a=two\r\nt=0 0\r\na=x:1 2\r\n");
}

TEST(Sdp, BrokenTextNamesItsLine) {
  for (const char* text : {"v=0\nm=video\n", "v=0\nm=video 70000 RTP/AVP 0\n", "v=0\nm=video 9/x RTP/AVP 0\n",
                           "v=0\nwhat\n", "v=0\na\n"}) {
    auto parsed = parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Code::kMalformed);
    EXPECT_EQ(parsed.error().detail, "line 2");
  }
  EXPECT_FALSE(parse(std::string_view("v=0\0\n", 5)));
}

TEST(Sdp, LimitsHold) {
  const Limits limits{.text_bytes_max = 200, .line_bytes_max = 20, .lines_max = 6, .media_max = 2};
  auto code = [&](const std::string& text) {
    auto parsed = parse(text, limits);
    return parsed ? std::optional<Code>() : parsed.error().code;
  };
  EXPECT_EQ(code("v=0\n" + std::string(4, '\n') + "a=b\n"), std::nullopt);
  EXPECT_EQ(code("v=0\n" + std::string(6, '\n')), Code::kLimit);
  EXPECT_EQ(code("a=" + std::string(18, 'x')), std::nullopt);
  EXPECT_EQ(code("a=" + std::string(19, 'x')), Code::kLimit);
  EXPECT_EQ(code("m=a 1 b c\nm=a 1 b c\n"), std::nullopt);
  EXPECT_EQ(code("m=a 1 b c\nm=a 1 b c\nm=a 1 b c\n"), Code::kLimit);
  EXPECT_EQ(code(std::string(201, '\n')), Code::kLimit);
}

}  // namespace
}  // namespace eyas::sdp
