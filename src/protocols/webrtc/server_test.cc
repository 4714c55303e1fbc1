// Sessions over real sockets: who they belong to, where they live, when they end.
#include "protocols/webrtc/server.h"

#include <gtest/gtest.h>

#include "protocols/webrtc/test_bed.h"

namespace eyas::webrtc {
namespace {

using namespace test;

TEST(Server, AViewerGetsTheNewestGroupThenEveryFrame) {
  Bed bed;
  bed.publish();
  bed.frames(3);
  Client client(bed);
  ASSERT_TRUE(client.join());
  ASSERT_TRUE(client.connect());
  bed.advance(200ms);
  client.turn();
  EXPECT_GE(client.rtp_packets, 4 * 3u) << "four frames of three packets";
  size_t before = client.rtp_packets;
  bed.frames(10);
  client.turn();
  EXPECT_GE(client.rtp_packets - before, 30u);
  EXPECT_EQ(client.bad_packets, 0u);
  EXPECT_EQ(bed.counts().plays, 1u);
  EXPECT_EQ(bed.counts().bad_packets, 0u);
}

TEST(Server, TheStreamsEndIsToldToItsViewers) {
  Bed bed;
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  ASSERT_TRUE(client.connect());
  bed.publisher.detach();
  for (int i = 0; i < 15; ++i) {
    bed.advance(1s, 100ms);
    client.check();
  }
  EXPECT_EQ(client.dtls->state(), DtlsSession::State::kClosed);
  EXPECT_EQ(bed.counts().sessions_open, 0u);
  EXPECT_EQ(bed.counts().closed_other, 1u);
}

TEST(Server, APassivePeerIsCalled) {
  Bed bed(2);
  bed.publish();
  for (size_t i = 0; i < 6; ++i) {
    Client client(bed);
    client.passive = true;
    ASSERT_TRUE(client.join("/live/alpha/whep", i % 2));
    ASSERT_TRUE(client.connect()) << i;
    bed.frames(2);
    client.turn();
    EXPECT_GT(client.rtp_packets, 0u);
  }
}

TEST(Server, ADeletedSessionSaysGoodbye) {
  Bed bed;
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(bed.request("DELETE", client.resource()).status, 200);
  client.turn();
  EXPECT_EQ(client.dtls->state(), DtlsSession::State::kClosed);
}

TEST(Server, APeerThatClosesEndsItsSession) {
  Bed bed;
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  ASSERT_TRUE(client.connect());
  client.dtls->close();
  base::Bytes datagram;
  while (client.dtls->next_outgoing(datagram)) client.send(datagram);
  client.turn();
  EXPECT_EQ(bed.counts().sessions_open, 0u);
  EXPECT_EQ(bed.counts().closed_by_peer, 1u);
}

TEST(Server, ASessionWithoutKeysEndsInTime) {
  Options options;
  options.handshake_timeout = 2s;
  Bed bed(1, options);
  bed.publish();
  Client silent(bed), half(bed);
  ASSERT_TRUE(silent.join());
  ASSERT_TRUE(half.join());
  half.check();
  EXPECT_EQ(half.check_answers, 1);
  bed.advance(1900ms, 100ms);
  EXPECT_EQ(bed.counts().sessions_open, 2u);
  bed.advance(300ms, 100ms);
  EXPECT_EQ(bed.counts().sessions_open, 0u);
  EXPECT_EQ(bed.counts().closed_handshake, 2u);
}

TEST(Server, WithoutConsentNothingIsSentAnyMore) {
  Options options;
  options.consent_timeout = 5s;
  Bed bed(1, options);
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  ASSERT_TRUE(client.connect());
  bed.advance(4s, 100ms);
  client.check();
  bed.advance(4s, 100ms);
  EXPECT_EQ(bed.counts().sessions_open, 1u) << "a check renews it";
  bed.advance(1200ms, 100ms);
  EXPECT_EQ(bed.counts().sessions_open, 0u);
  EXPECT_EQ(bed.counts().closed_consent, 1u);
}

TEST(Server, AViewerWhoseAddressChangesKeepsHisSession) {
  Bed bed;
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  ASSERT_TRUE(client.connect());
  bed.advance(3s, 100ms);  // past the time in which nominations settle
  client.rebind();
  client.check();
  size_t before = client.rtp_packets;
  bed.frames(10);
  client.turn();
  EXPECT_GE(client.rtp_packets - before, 30u);
  EXPECT_EQ(bed.counts().moves, 1u);
}

TEST(Server, AnswersLeaveFromTheAddressThatWasAsked) {
  Options options;
  options.listen = "0.0.0.0:0";
  Bed bed(1, options);
  bed.publish();
  Client client(bed);
  client.server_host = "127.0.0.2";  // the kernel would choose 127.0.0.1
  ASSERT_TRUE(client.join());
  ASSERT_TRUE(client.connect());
  bed.frames(5);
  client.turn();
  EXPECT_GE(client.rtp_packets, 15u);
  EXPECT_EQ(client.heard_from, std::set<std::string>{"127.0.0.2"});
  // Another of our addresses proves the better one: media leave from there.
  bed.advance(3s, 100ms);
  client.server_host = "127.0.0.3";
  client.check();
  client.heard_from.clear();
  bed.frames(5);
  client.turn();
  EXPECT_EQ(client.heard_from, std::set<std::string>{"127.0.0.3"});
}

TEST(Server, SessionsFollowTheirPacketsToOtherLoops) {
  Bed bed(3);
  bed.publish();
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < 24; ++i) {
    clients.push_back(std::make_unique<Client>(bed));
    ASSERT_TRUE(clients.back()->join("/live/alpha/whep", i % 3));
    ASSERT_TRUE(clients.back()->connect()) << i;
  }
  std::vector<size_t> living;
  for (const auto& server : bed.shared->servers) living.push_back(server->sessions());
  for (size_t count : living) EXPECT_GT(count, 0u);
  // From other addresses, which the kernel gives to any loop.
  bed.advance(3s, 100ms);
  for (auto& client : clients) {
    client->rebind();
    client->check();
    client->rtp_packets = 0;
  }
  bed.frames(5);
  for (size_t i = 0; i < clients.size(); ++i) {
    clients[i]->turn();
    EXPECT_GE(clients[i]->rtp_packets, 15u) << i;
    EXPECT_EQ(bed.request("DELETE", clients[i]->resource(), {}, {}, (i + 1) % 3).status, 200) << i;
  }
  bed.turn();
  EXPECT_EQ(bed.counts().sessions_open, 0u);
  EXPECT_EQ(bed.counts().bad_packets, 0u);
}

TEST(Server, TcpCarriesASessionWhereUdpDoesNotPass) {
  Bed bed;
  auto listener = io::Listener::open(*bed.loops[0], *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
                                     [&](int fd, const io::Address&) {
                                       bed.shared->servers[0]->accept(io::adopt_socket(*bed.loops[0], fd));
                                     });
  ASSERT_TRUE(listener.ok());
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  client.use_tcp((*listener)->address());
  ASSERT_TRUE(client.connect());
  bed.frames(10);
  client.turn();
  EXPECT_GE(client.rtp_packets, 30u);
  EXPECT_EQ(client.bad_packets, 0u);
  EXPECT_EQ(bed.counts().tcp_connections_open, 1u);
  EXPECT_EQ(bed.request("DELETE", client.resource()).status, 200);
  client.turn();
  EXPECT_TRUE(client.tcp_closed) << "a connection without a session has no use";
}

TEST(Server, ALostTcpConnectionIsReplacedAtOnce) {
  Bed bed;
  auto listener = io::Listener::open(*bed.loops[0], *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
                                     [&](int fd, const io::Address&) {
                                       bed.shared->servers[0]->accept(io::adopt_socket(*bed.loops[0], fd));
                                     });
  ASSERT_TRUE(listener.ok());
  bed.publish();
  Client client(bed);
  ASSERT_TRUE(client.join());
  client.use_tcp((*listener)->address());
  ASSERT_TRUE(client.connect());
  client.use_tcp((*listener)->address());  // the first one is closed
  client.turn();
  client.check(false);
  client.rtp_packets = 0;
  bed.frames(10);
  client.turn();
  EXPECT_GE(client.rtp_packets, 30u);
  EXPECT_EQ(bed.counts().tcp_connections_open, 1u);
}

TEST(Server, ASessionThatMovesKeepsItsOtherPaths) {
  Bed bed(3);
  auto listener = io::Listener::open(*bed.loops[0], *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
                                     [&](int fd, const io::Address&) {
                                       bed.shared->servers[0]->accept(io::adopt_socket(*bed.loops[0], fd));
                                     });
  bed.publish();
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < 12; ++i) {
    Client& client = *clients.emplace_back(std::make_unique<Client>(bed));
    ASSERT_TRUE(client.join("/live/alpha/whep", i % 3));
    client.use_tcp((*listener)->address());
    client.check(false);
    client.udp_again = true;
    ASSERT_TRUE(client.connect()) << i;
  }
  EXPECT_EQ(bed.counts().tcp_connections_open, 12u) << "as a second way, should UDP fail";
  bed.advance(3s, 100ms);  // past the time in which nominations settle
  for (size_t i = 0; i < clients.size(); ++i) {
    clients[i]->udp_again = false;
    clients[i]->check();
    EXPECT_EQ(clients[i]->check_answers, 3) << i;
    clients[i]->rtp_packets = 0;
  }
  bed.frames(5);
  for (auto& client : clients) {
    client->turn();
    EXPECT_GE(client->rtp_packets, 15u);
    EXPECT_EQ(client->bad_packets, 0u);
  }
}

TEST(Server, ATcpConnectionHasToProveItselfInTime) {
  Options options;
  options.tcp_proof_timeout = 1s;
  options.tcp_connections_max = 2;
  Bed bed(1, options);
  auto listener = io::Listener::open(*bed.loops[0], *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
                                     [&](int fd, const io::Address&) {
                                       bed.shared->servers[0]->accept(io::adopt_socket(*bed.loops[0], fd));
                                     });
  Client first(bed), second(bed), third(bed);
  for (Client* client : {&first, &second, &third}) client->use_tcp((*listener)->address());
  EXPECT_EQ(bed.counts().tcp_connections_open, 2u);
  EXPECT_EQ(bed.counts().tcp_refused, 1u) << "tcp_connections_max";
  bed.advance(1200ms, 100ms);
  EXPECT_EQ(bed.counts().tcp_connections_open, 0u);
  EXPECT_EQ(bed.counts().tcp_refused, 3u);
}

TEST(Server, StrangersGetNothingButStunAnswers) {
  Bed bed;
  bed.publish();
  Client viewer(bed), stranger(bed);
  ASSERT_TRUE(viewer.join());
  ASSERT_TRUE(viewer.connect());
  // A DTLS hello, RTP and noise of somebody without credentials.
  DtlsSession hello(*DtlsContext::make(DtlsRole::kClient, certificate(DtlsRole::kClient)),
                    certificate(DtlsRole::kServer).digest(), bed.clock.mono());
  hello.start(bed.clock.mono());
  base::Bytes datagram;
  while (hello.next_outgoing(datagram)) stranger.send(datagram);
  stranger.send(base::from_hex("8060000100000001deadbeef00"));
  stranger.send(base::from_hex("ff"));
  // A check with a user fragment that exists and a wrong password, and one that does not exist.
  stranger.server_ufrag = viewer.server_ufrag;
  stranger.server_password = "a-password-that-is-wrong";
  stranger.check();
  stranger.server_ufrag = "00nobody";
  stranger.check();
  EXPECT_EQ(stranger.check_answers, 0);
  EXPECT_TRUE(stranger.others.empty());
  EXPECT_EQ(bed.counts().stray_datagrams, 3u);
  EXPECT_EQ(bed.counts().stray_stun, 1u);
  // But anybody may ask how he is seen.
  std::vector<uint8_t> bytes(stun::kMessageBytesMax);
  stun::Writer out(bytes, stun::kBinding, stun::Class::kRequest, {9});
  bytes.resize(out.finish());
  stranger.send(bytes);
  stranger.turn();
  EXPECT_EQ(stranger.check_answers, 1);
  EXPECT_EQ(bed.counts().public_bindings, 1u);
}

TEST(Server, AFloodOfJunkHoldsNothingAndHurtsNobody) {
  Bed bed(2);
  bed.publish();
  Client viewer(bed);
  ASSERT_TRUE(viewer.join());
  ASSERT_TRUE(viewer.connect());
  viewer.rtp_packets = 0;
  Client stranger(bed);
  auto hello = base::from_hex("16feff0000000000000000000c010000000000000000000000");
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 500; ++i) {
      stranger.server_ufrag = (i % 2 ? "01" : "00") + std::to_string(i);
      stranger.server_password = "x";
      stranger.send(hello);
      if (i % 4 == 0) stranger.check();
    }
    bed.frames(1);
    viewer.turn();
  }
  EXPECT_EQ(viewer.rtp_packets, 60u);
  EXPECT_EQ(stranger.check_answers, 0);
  EXPECT_EQ(bed.counts().sessions_opened, 1u);
  EXPECT_GT(bed.counts().stray_datagrams, 5000u);
  EXPECT_GT(bed.counts().stray_stun, 1000u);
}

TEST(Server, DrainingEndsEverySessionAndTakesNone) {
  Bed bed;
  bed.publish();
  Client client(bed), late(bed);
  ASSERT_TRUE(client.join());
  ASSERT_TRUE(client.connect());
  bed.shared->servers[0]->drain();
  client.turn();
  EXPECT_EQ(client.dtls->state(), DtlsSession::State::kClosed);
  EXPECT_EQ(bed.counts().sessions_open, 0u);
  EXPECT_FALSE(late.join());
  EXPECT_EQ(late.reply.status, 503);
}

}  // namespace
}  // namespace eyas::webrtc
