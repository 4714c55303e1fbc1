#include "sources/onvif/messages.h"

#include <gtest/gtest.h>

#include "sources/onvif/discovery.h"

namespace eyas::onvif {
namespace {

using base::Code;

std::string soap(const std::string& body) {
  return "<?xml version=\"1.0\"?><SOAP-ENV:Envelope "
         "xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\">"
         "<SOAP-ENV:Body>" +
         body + "</SOAP-ENV:Body></SOAP-ENV:Envelope>";
}
base::Bytes bytes(const std::string& text) {
  return base::as_bytes(text);
}

TEST(Onvif, ReadsProbeMatches) {
  std::string datagram = soap(
      "<d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:1</wsa:Address>"
      "</wsa:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types>"
      "<d:Scopes>onvif://www.onvif.org/name/Front%20door\n onvif://www.onvif.org/hardware/X1 "
      "onvif://www.onvif.org/location/ http://other</d:Scopes>"
      "<d:XAddrs>http://10.0.0.5/onvif/device_service  http://[fe80::1]/onvif/device_service</d:XAddrs>"
      "</d:ProbeMatch><d:ProbeMatch><d:XAddrs> </d:XAddrs></d:ProbeMatch></d:ProbeMatches>");
  auto matches = parse_probe_matches(bytes(datagram));
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].endpoint, "urn:uuid:1");
  EXPECT_EQ(matches[0].name, "Front door");
  EXPECT_EQ(matches[0].hardware, "X1");
  ASSERT_EQ(matches[0].addresses.size(), 2u);
  EXPECT_EQ(matches[0].addresses[0], "http://10.0.0.5/onvif/device_service");
  EXPECT_TRUE(parse_probe_matches(bytes("not XML")).empty());
}

TEST(Onvif, ReadsWhatACameraTells) {
  auto time = parse_time(bytes(soap(
      "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>10</"
      "tt:Hour>"
      "<tt:Minute>5</tt:Minute><tt:Second>7</tt:Second></tt:Time><tt:Date><tt:Year>2026</tt:Year><tt:Month>11"
      "</tt:Month><tt:Day>21</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
      "</tds:GetSystemDateAndTimeResponse>")));
  ASSERT_TRUE(time);
  EXPECT_EQ(time->time_since_epoch(), std::chrono::seconds(1795255507));
  EXPECT_FALSE(parse_time(bytes(soap("<GetSystemDateAndTimeResponse/>"))));
  EXPECT_EQ(
      parse_information(bytes(soap("<t:GetDeviceInformationResponse><t:Manufacturer>A&amp;B</t:Manufacturer>"
                                   "<t:Model> M1 </t:Model></t:GetDeviceInformationResponse>")))
          ->manufacturer,
      "A&B");
  EXPECT_EQ(*parse_media_address(
                bytes(soap("<GetCapabilitiesResponse><Capabilities><Media><XAddr>http://c/m</XAddr>"
                           "</Media></Capabilities></GetCapabilitiesResponse>"))),
            "http://c/m");
  auto profiles = parse_profiles(bytes(soap(
      "<r:GetProfilesResponse><r:Profiles token=\"p1\" fixed=\"true\"><tt:Name>main</tt:Name>"
      "<tt:VideoEncoderConfiguration><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1920</tt:Width>"
      "<tt:Height>1080</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit>"
      "<tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl></tt:VideoEncoderConfiguration></r:Profiles>"
      "<r:Profiles token=\"p2\"/></r:GetProfilesResponse>")));
  ASSERT_TRUE(profiles);
  ASSERT_EQ(profiles->size(), 2u);
  EXPECT_EQ((*profiles)[0].token, "p1");
  EXPECT_EQ((*profiles)[0].width, 1920u);
  EXPECT_EQ((*profiles)[0].bitrate_kbps, 4096u);
  EXPECT_EQ(*parse_stream_uri(bytes(soap("<GetStreamUriResponse><MediaUri><Uri>rtsp://c/1?a=1&amp;b=2</Uri>"
                                         "</MediaUri></GetStreamUriResponse>"))),
            "rtsp://c/1?a=1&b=2");
}

TEST(Onvif, AFaultSaysWhy) {
  auto refused =
      parse_profiles(bytes(soap("<s:Fault><s:Code/><s:Reason><s:Text xml:lang=\"en\">Sender not authorized"
                                "</s:Text></s:Reason></s:Fault>")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kRefused);
  EXPECT_EQ(refused.error().detail, "Sender not authorized");
}

TEST(Onvif, DocumentTypesAndTooMuchAreRefused) {
  std::string bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]>" + soap("<GetProfilesResponse/>");
  EXPECT_EQ(parse_profiles(bytes(bomb)).error().code, Code::kRefused);
  EXPECT_EQ(parse_profiles(bytes(std::string(300 * 1024, ' '))).error().code, Code::kLimit);
  EXPECT_EQ(parse_profiles(bytes("<a><b></a>")).error().code, Code::kMalformed);
  std::string many, profile = "<Profiles token=\"" + std::string(2000, 'x') + "\"/>";
  for (int i = 0; i < 100; ++i) many += profile;
  auto profiles = parse_profiles(bytes(soap("<GetProfilesResponse>" + many + "</GetProfilesResponse>")));
  EXPECT_EQ(profiles->size(), kProfilesMax);
  EXPECT_EQ((*profiles)[0].token.size(), kFieldBytesMax);
}

TEST(Onvif, ALoginIsADigestOfItsTime) {
  Login login{"user", "userpassword"};
  std::string text = envelope(get_profiles(), &login, base::WallTime(std::chrono::seconds(1284623865)),
                              base::from_hex("2c8bb2b78b9f67a1e4a0e6b6c1f4ef9d"));
  EXPECT_NE(text.find("<u:Created>2010-09-16T07:57:45Z</u:Created>"), std::string::npos);
  EXPECT_NE(text.find("<w:Nonce>LIuyt4ufZ6HkoOa2wfTvnQ==</w:Nonce>"), std::string::npos);
  EXPECT_EQ(text.find("userpassword"), std::string::npos);
  EXPECT_EQ(envelope(get_profiles(), nullptr, {}, {}).find("Security"), std::string::npos);
  EXPECT_NE(get_stream_uri("a<b&\"").find("a&lt;b&amp;&quot;"), std::string::npos);
}

TEST(Onvif, RequestsAreJudged) {
  DiscoveryRequest request;
  request.hosts = {"10.0.0.5", "camera:8000", "[::1]:80"};
  EXPECT_TRUE(request.check());
  for (const char* host : {"a/b", "u:p@h", "h?x", "h:99999"}) {
    request.hosts = {host};
    EXPECT_FALSE(request.check()) << host;
  }
  request.hosts.assign(65, "h");
  EXPECT_FALSE(request.check());
  request.hosts.clear();
  request.wait = std::chrono::seconds(11);
  EXPECT_FALSE(request.check());
}

}  // namespace
}  // namespace eyas::onvif
