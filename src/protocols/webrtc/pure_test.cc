// The parts of the room that need neither network nor loop.
#include <gtest/gtest.h>

#include <set>

#include "protocols/webrtc/ice_servers.h"
#include "protocols/webrtc/identifiers.h"
#include "protocols/webrtc/load_meter.h"
#include "protocols/webrtc/peer_path.h"

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;

TEST(Identifiers, SessionIdsNameTheirLoopAndHold128RandomBits) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(make_session_id(17));
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(ids.begin()->size(), 34u);
  for (const std::string& id : ids) EXPECT_EQ(loop_of(id), 17u);
}

TEST(Identifiers, WhatIsNoPrefixHasNoLoop) {
  for (const char* text : {"", "1", "xy", "-1", "+1", " 1"}) EXPECT_FALSE(loop_of(text)) << text;
  EXPECT_EQ(loop_of("ff/abc"), 255u);
}

// The password was made with `openssl dgst -sha1 -hmac north`, as coturn makes it.
TEST(IceServers, TurnCredentialsAreWhatCoturnExpects) {
  base::WallTime expires{std::chrono::seconds(1'700'003'600)};
  TurnCredentials credentials = turn_credentials("north", "webrtc-12", expires);
  EXPECT_EQ(credentials.username, "1700003600:webrtc-12");
  EXPECT_EQ(credentials.password, "ITDNAEwoHIBCfMsJhIotMB5L1LI=");
}

TEST(IceServers, OnlyRelaysAreToldWithCredentials) {
  TurnOptions options;
  options.urls = {"stun:a.example:3478", "turn:b.example:3478?transport=udp"};
  options.secret = "north";
  options.ttl_s = 3600;
  auto links = ice_server_links(options, "webrtc-12", base::WallTime{std::chrono::seconds(1'700'000'000)});
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[0], "<stun:a.example:3478>; rel=\"ice-server\"");
  EXPECT_EQ(links[1],
            "<turn:b.example:3478?transport=udp>; rel=\"ice-server\"; username=\"1700003600:webrtc-12\"; "
            "credential=\"ITDNAEwoHIBCfMsJhIotMB5L1LI=\"; credential-type=\"password\"");
}

TEST(LoadMeter, IsBusyAboveItsShareAndWhileTheKernelDrops) {
  LoadMeter meter;
  base::MonoTime now{1h};
  base::Duration cpu{0};
  auto second = [&](base::Duration used, uint64_t dropped) {
    now += 1s;
    cpu += used;
    meter.measure(now, cpu, dropped, 90);
  };
  second(0ms, 0);
  second(500ms, 0);
  EXPECT_FALSE(meter.busy());
  for (int i = 0; i < 5; ++i) second(990ms, 0);
  EXPECT_TRUE(meter.busy());
  for (int i = 0; i < 3; ++i) second(100ms, 0);
  EXPECT_FALSE(meter.busy());
  second(100ms, 7);
  EXPECT_TRUE(meter.busy()) << "datagrams were dropped";
  second(100ms, 7);
  EXPECT_FALSE(meter.busy());
}

TEST(PeerPath, TellsStunWhatAnIpv4PeerOfADualStackSocketIs) {
  PeerPath path{*io::Endpoint::parse("[::ffff:10.0.0.7]:9"), connection_number(3, 5)};
  IcePath ice = path.ice();
  EXPECT_FALSE(ice.remote.v6);
  EXPECT_EQ(base::to_hex(ice.remote.ip_bytes()), "0a000007");
  EXPECT_EQ(ice.remote.port, 9);
  EXPECT_EQ(loop_of_connection(ice.connection), 3u);
  EXPECT_EQ(path.text(), "tcp:10.0.0.7:9");
}

}  // namespace
}  // namespace eyas::webrtc
