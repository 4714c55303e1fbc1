// WHIP and WHEP as HTTP sees them.
#include "protocols/webrtc/endpoint.h"

#include <gtest/gtest.h>

#include "protocols/webrtc/test_bed.h"

namespace eyas::webrtc {
namespace {

using namespace test;

const std::string kFragmentHeaders = "content-type: application/trickle-ice-sdpfrag\r\n";

std::string fragment(const std::string& ufrag, const std::string& pwd) {
  return "a=ice-ufrag:" + ufrag + "\r\na=ice-pwd:" + pwd +
         "\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n"
         "a=candidate:1 1 udp 2130706431 192.0.2.7 5000 typ host\r\n";
}

TEST(Endpoint, AnOfferIsAnsweredWithASessionOfItsOwn) {
  Bed bed;
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join()) << client.reply.body;
  EXPECT_EQ(client.reply.header("content-type"), "application/sdp");
  EXPECT_EQ(client.reply.header("etag"), '"' + client.server_ufrag + '"');
  EXPECT_EQ(client.reply.header("access-control-allow-origin"), "*");
  std::string resource = client.resource();
  ASSERT_TRUE(resource.starts_with("/live/alpha/whep/"));
  EXPECT_EQ(resource.size(), std::string("/live/alpha/whep/").size() + 34);

  // The address belongs to this stream and this role alone.
  std::string id = resource.substr(resource.rfind('/') + 1);
  EXPECT_EQ(bed.request("DELETE", "/live/bravo/whep/" + id).status, 404);
  EXPECT_EQ(bed.request("DELETE", "/live/alpha/whip/" + id).status, 404);
  EXPECT_EQ(bed.request("DELETE", "/live/alpha/whep/00" + std::string(32, '0')).status, 404);
  EXPECT_EQ(bed.request("DELETE", "/live/alpha/whep/zz").status, 404);
  EXPECT_EQ(bed.request("DELETE", resource).status, 200);
  EXPECT_EQ(bed.request("DELETE", resource).status, 404);
  EXPECT_EQ(bed.counts().sessions_open, 0u);
}

TEST(Endpoint, WhatCannotBeAnsweredSaysWhy) {
  Bed bed;
  bed.publish();
  Client client(bed);
  Reply absent = bed.offer("/live/nobody/whep", client.offer());
  EXPECT_EQ(absent.status, 404);
  EXPECT_EQ(absent.header("retry-after"), "5");
  EXPECT_EQ(bed.request("POST", "/live/alpha/whep", "content-type: text/plain\r\n", client.offer()).status,
            415);
  EXPECT_EQ(bed.offer("/live/alpha/whep", "not SDP").status, 400);
  EXPECT_EQ(bed.offer("/live/alpha/whep", "").status, 400);
  Reply undecodable = bed.offer("/live/alpha/whep", client.offer("recvonly", "VP8"));
  EXPECT_EQ(undecodable.status, 422);
  EXPECT_NE(undecodable.body.find("H.264"), std::string::npos) << undecodable.body;
  EXPECT_EQ(bed.offer("/live/alpha/whep", std::string(kSdpBytesMax + 1, 'a')).status, 413);
  EXPECT_EQ(bed.offer("/live/.alpha/whep", client.offer()).status, 404);
  EXPECT_EQ(bed.request("GET", "/live/alpha/whep").status, 405);
  EXPECT_EQ(bed.counts().sessions_opened, 0u);
}

TEST(Endpoint, OptionsTellWhatIsTaken) {
  Bed bed;
  Reply plain = bed.request("OPTIONS", "/live/alpha/whep");
  EXPECT_EQ(plain.status, 204);
  EXPECT_EQ(plain.header("accept-post"), "application/sdp");
  Reply preflight = bed.request("OPTIONS", "/live/alpha/whep",
                                "origin: https://elsewhere.example\r\naccess-control-request-method: POST\r\n"
                                "access-control-request-headers: content-type\r\n");
  EXPECT_EQ(preflight.header("access-control-allow-origin"), "*");
  EXPECT_EQ(preflight.header("access-control-allow-methods"), "OPTIONS, POST");
  EXPECT_EQ(preflight.header("access-control-allow-headers"), "content-type");
  Reply session =
      bed.request("OPTIONS", "/live/alpha/whep/x",
                  "origin: https://elsewhere.example\r\naccess-control-request-method: PATCH\r\n");
  EXPECT_EQ(session.header("access-control-allow-methods"), "DELETE, OPTIONS, PATCH");
}

TEST(Endpoint, TrickleWantsTheRightIceSession) {
  Bed bed;
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  std::string etag = client.reply.header("etag");
  std::string trickle = fragment("abcd", "client-password-of-24-ch");
  auto patch = [&](const std::string& headers, const std::string& body) {
    return bed.request("PATCH", client.resource(), headers, body);
  };
  EXPECT_EQ(patch("content-type: application/sdp\r\nif-match: " + etag + "\r\n", trickle).status, 415);
  EXPECT_EQ(patch(kFragmentHeaders, trickle).status, 428);
  EXPECT_EQ(patch(kFragmentHeaders + "if-match: \"other\"\r\n", trickle).status, 412);
  EXPECT_EQ(patch(kFragmentHeaders + "if-match: " + etag + "\r\n", "a=candidate:nonsense").status, 400);
  Reply taken = patch(kFragmentHeaders + "if-match: " + etag + "\r\n", trickle);
  EXPECT_EQ(taken.status, 204);
  EXPECT_EQ(taken.header("etag"), etag);
}

TEST(Endpoint, ARestartGetsNewCredentialsAndMediaGoOn) {
  Bed bed;
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  ASSERT_TRUE(client.connect());
  std::string before = client.reply.header("etag");
  Reply restarted = bed.request("PATCH", client.resource(), kFragmentHeaders + "if-match: *\r\n",
                                fragment("wxyz", "another-password-of-24-c"));
  ASSERT_EQ(restarted.status, 200) << restarted.body;
  EXPECT_EQ(restarted.header("content-type"), "application/trickle-ice-sdpfrag");
  EXPECT_NE(restarted.header("etag"), before);
  client.take_credentials(restarted.body);
  EXPECT_EQ(restarted.header("etag"), '"' + client.server_ufrag + '"');
  int answers = client.check_answers;
  client.rebind();
  client.check();
  EXPECT_EQ(client.check_answers, answers + 1);
  size_t packets = client.rtp_packets;
  bed.frames(5);
  client.turn();
  EXPECT_GT(client.rtp_packets, packets) << "media follow to the new path";
  EXPECT_EQ(bed.counts().restarts, 1u);
  EXPECT_EQ(bed.counts().moves, 1u);
}

TEST(Endpoint, DjiDocksAddressesWork) {
  Bed bed;
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join("/rtc/v1/whep/?app=live&stream=alpha")) << client.reply.body;
  ASSERT_TRUE(client.resource().starts_with("/rtc/v1/whep/?app=live&stream=alpha&session="));
  EXPECT_TRUE(client.connect());
  EXPECT_EQ(bed.request("DELETE", client.resource()).status, 200);
  EXPECT_EQ(bed.offer("/rtc/v1/whep/?app=live", client.offer()).status, 404);
}

TEST(Endpoint, RelaysAreToldInLinkHeaders) {
  Options options;
  options.turn.urls = {"turn:relay.example:3478?transport=udp"};
  options.turn.secret = "north";
  Bed bed(1, options);
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  EXPECT_TRUE(client.reply.header("link").starts_with(
      "<turn:relay.example:3478?transport=udp>; rel=\"ice-server\"; username=\""))
      << client.reply.head;
}

TEST(Endpoint, ALayerIsChosenByWhoeverWatches) {
  Bed bed;
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  std::string layer = client.resource() + "/layer";
  EXPECT_EQ(bed.request("POST", layer, {}, "{\"layer\": 1}").status, 409) << "nothing is sent yet";
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(bed.request("POST", layer, {}, "{\"layer\": 1}").status, 204);
  EXPECT_EQ(bed.request("POST", layer, {}, "{\"layer\": null}").status, 204);
  for (const char* bad : {"", "{}", "{\"layer\": 8}", "{\"layer\": -1}", "{\"layer\": \"x\"}", "[1]"})
    EXPECT_EQ(bed.request("POST", layer, {}, bad).status, 400) << bad;
}

TEST(Endpoint, AFullServerRefusesNewcomersAndKeepsItsViewers) {
  Options options;
  options.sessions_max = 2;
  Bed bed(1, options);
  bed.publish();
  Client first(bed), second(bed), third(bed);
  ASSERT_TRUE(first.join());
  ASSERT_TRUE(second.join());
  EXPECT_FALSE(third.join());
  EXPECT_EQ(third.reply.status, 503);
  EXPECT_EQ(third.reply.header("retry-after"), "5");
  EXPECT_EQ(bed.counts().refused_busy, 1u);
  EXPECT_EQ(bed.counts().sessions_open, 2u);
  EXPECT_EQ(bed.request("DELETE", first.resource()).status, 200);
  EXPECT_TRUE(third.join());
}

TEST(Endpoint, OneAddressHasOnlySoManySessions) {
  Options options;
  options.sessions_per_address_max = 1;
  Bed bed(1, options);
  bed.publish();
  Client first(bed), second(bed);
  ASSERT_TRUE(first.join());
  EXPECT_FALSE(second.join());
  EXPECT_EQ(second.reply.status, 429);
  EXPECT_EQ(bed.counts().refused_address_limit, 1u);
  EXPECT_EQ(bed.request("DELETE", first.resource()).status, 200);
  EXPECT_TRUE(second.join()) << "the place is free again";
}

}  // namespace
}  // namespace eyas::webrtc
