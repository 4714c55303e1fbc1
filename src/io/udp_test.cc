#include "io/udp.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>
#include <unordered_set>
#include <vector>

#include "io/packet_sink.h"

namespace eyas::io {
namespace {

using namespace std::chrono_literals;

template <typename Predicate>
bool run_until(Loop& loop, Predicate done) {
  auto limit = base::system_clock().mono() + 5s;
  while (!done() && base::system_clock().mono() < limit) loop.run_once(10ms);
  return done();
}

struct Recorder : UdpSocket::Handler {
  void on_datagram(const Endpoint& from, std::span<uint8_t> bytes, base::MonoTime) override {
    peers.insert(from);
    received.emplace_back(bytes.begin(), bytes.end());
  }
  std::unordered_set<Endpoint, EndpointHash> peers;
  std::vector<std::vector<uint8_t>> received;
};

std::unique_ptr<UdpSocket> open(Loop& loop, UdpSocket::Handler& handler, const char* at = "127.0.0.1:0") {
  return std::move(*UdpSocket::open(loop, at, Sharing::kFirst, handler));
}

std::vector<uint8_t> datagram(size_t bytes, uint8_t fill) {
  return std::vector<uint8_t>(bytes, fill);
}

TEST(Endpoint, ParsesComparesAndTellsItsAddress) {
  Endpoint v4 = *Endpoint::parse("127.0.0.1:8189");
  EXPECT_EQ(v4.text(), "127.0.0.1:8189");
  EXPECT_EQ(v4.port(), 8189);
  EXPECT_EQ(base::to_hex(v4.address_bytes()), "7f000001");
  Endpoint v6 = *Endpoint::parse("[2001:db8::1]:9");
  EXPECT_TRUE(v6.is_v6());
  EXPECT_EQ(v6.text(), "[2001:db8::1]:9");
  EXPECT_EQ(v6.address_bytes().size(), 16u);
  Endpoint mapped = *Endpoint::parse("[::ffff:10.0.0.7]:9");
  EXPECT_EQ(mapped.text(), "10.0.0.7:9");
  EXPECT_EQ(base::to_hex(mapped.address_bytes()), "0a000007");
  EXPECT_EQ(v4, *Endpoint::parse("127.0.0.1:8189"));
  EXPECT_EQ(v4.hash(), Endpoint::parse("127.0.0.1:8189")->hash());
  EXPECT_FALSE(v4 == *Endpoint::parse("127.0.0.1:8190"));
  EXPECT_FALSE(Endpoint::parse("example.org:1").ok());
}

TEST(UdpSocket, DatagramsArriveInOrderWithTheirSizes) {
  Loop loop;
  Recorder at_server, at_client;
  auto server = open(loop, at_server);
  auto client = open(loop, at_client);
  std::vector<std::vector<uint8_t>> sent;
  for (size_t i = 0; i < 300; ++i) sent.push_back(datagram(1 + i * 5, static_cast<uint8_t>(i)));
  for (const auto& bytes : sent) client->send(server->local(), bytes);
  EXPECT_TRUE(run_until(loop, [&] { return at_server.received.size() == sent.size(); }));
  EXPECT_EQ(at_server.received, sent);
  EXPECT_TRUE(at_server.peers.contains(client->local()));
  EXPECT_EQ(server->counters().datagrams_in, 300u);
  EXPECT_EQ(client->counters().datagrams_out, 300u);
}

TEST(UdpSocket, DatagramsOfOneSizeLeaveAsOneSegmentedSend) {
  Loop loop;
  Recorder at_a, at_b, at_client;
  auto a = open(loop, at_a), b = open(loop, at_b), client = open(loop, at_client);
  ASSERT_TRUE(client->segmentation());
  // A frame to each of two viewers: equal packets and a short last one; then one that must not join it.
  for (UdpSocket* to : {a.get(), b.get()}) {
    for (uint8_t i = 0; i < 20; ++i) client->send(to->local(), datagram(1200, i));
    client->send(to->local(), datagram(77, 20));
    client->send(to->local(), datagram(77, 21));
  }
  EXPECT_TRUE(run_until(loop, [&] { return at_a.received.size() == 22u && at_b.received.size() == 22u; }));
  for (uint8_t i = 0; i < 22; ++i) {
    EXPECT_EQ(at_b.received[i], datagram(i < 20 ? 1200 : 77, i)) << int{i};
  }
  EXPECT_EQ(client->counters().sends, 1u);
}

TEST(UdpSocket, TheBatchIsBoundedAndLeavesWhenFull) {
  Loop loop;
  Recorder at_server, at_client;
  auto server = open(loop, at_server), client = open(loop, at_client);
  size_t count = 3 * UdpSocket::kBatchBytes / 1200;
  for (size_t i = 0; i < count; ++i) client->send(server->local(), datagram(1200, 1));
  EXPECT_GE(client->counters().sends, 3u);  // before the turn has ended
  EXPECT_TRUE(run_until(loop, [&] { return at_server.received.size() == count; }));
  // Many small ones to different ports: the number of messages is the limit.
  uint64_t sends = client->counters().sends;
  std::vector<std::unique_ptr<UdpSocket>> others;
  for (int i = 0; i < 4; ++i) others.push_back(open(loop, at_server));
  for (size_t i = 0; i < UdpSocket::kBatchMessages + 1; ++i)
    client->send(others[i % 4]->local(), datagram(10, 1));
  EXPECT_EQ(client->counters().sends, sends + 1);
}

TEST(UdpSocket, WhatWasPreparedButNotCommittedDoesNotLeave) {
  Loop loop;
  Recorder at_server, at_client;
  auto server = open(loop, at_server), client = open(loop, at_client);
  client->prepare(1500)[0] = 'a';
  auto room = client->prepare(4);
  room[0] = 'b';
  client->commit(server->local(), 1);
  EXPECT_TRUE(run_until(loop, [&] { return !at_server.received.empty(); }));
  EXPECT_EQ(at_server.received, (std::vector<std::vector<uint8_t>>{{'b'}}));
}

TEST(UdpSocket, AFullReceiverLosesAndNothingBlocks) {
  Loop loop;
  Recorder at_server, at_client;
  auto server = open(loop, at_server), client = open(loop, at_client);
  size_t count = 40'000;  // 48 MB, many times what the kernel holds
  for (size_t i = 0; i < count; ++i) client->send(server->local(), datagram(1200, 1));
  client->flush();
  const UdpCounters& out = client->counters();
  EXPECT_EQ(out.datagrams_out + out.dropped_full + out.dropped_error, count);
  run_until(loop, [&, last = size_t{0}]() mutable {
    return std::exchange(last, at_server.received.size()) == at_server.received.size() && last > 0;
  });
  EXPECT_LT(at_server.received.size(), count);
  EXPECT_GT(at_server.received.size(), 1000u);
}

TEST(UdpSocket, ARefusedDestinationIsCountedAndTheRestStillLeaves) {
  Loop loop;
  Recorder at_server, at_client;
  auto server = open(loop, at_server), client = open(loop, at_client);
  client->send(*Endpoint::parse("255.255.255.255:9"), datagram(10, 1));  // SO_BROADCAST is not set
  client->send(server->local(), datagram(10, 2));
  EXPECT_TRUE(run_until(loop, [&] { return at_server.received.size() == 1u; }));
  EXPECT_EQ(client->counters().dropped_error, 1u);
  EXPECT_EQ(client->counters().dropped_full, 0u);
}

TEST(UdpSocket, ATooLongDatagramIsDropped) {
  Loop loop;
  Recorder at_server, at_client;
  auto server = open(loop, at_server);
  auto client = open(loop, at_client);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  auto big = datagram(UdpSocket::kDatagramBytesIn + 1, 1);
  Endpoint to = server->local();
  EXPECT_EQ(sendto(fd, big.data(), big.size(), 0, &to.any, to.length()), static_cast<ssize_t>(big.size()));
  close(fd);
  EXPECT_TRUE(run_until(loop, [&] { return server->counters().truncated_in == 1; }));
  EXPECT_TRUE(at_server.received.empty());
}

TEST(UdpSocket, OneDualStackSocketServesBothFamilies) {
  Loop loop;
  Recorder at_server, at_v4, at_v6;
  auto server = open(loop, at_server, ":0");
  auto v4 = open(loop, at_v4), v6 = open(loop, at_v6, "[::1]:0");
  std::string port = std::to_string(server->local().port());
  v4->send(*Endpoint::parse("127.0.0.1:" + port), datagram(3, 4));
  v6->send(*Endpoint::parse("[::1]:" + port), datagram(3, 6));
  ASSERT_TRUE(run_until(loop, [&] { return at_server.received.size() == 2; }));
  std::map<std::string, Endpoint> peers;
  for (const Endpoint& peer : at_server.peers) {
    peers[peer.text()] = peer;
    server->send(peer, datagram(2, 9));
  }
  EXPECT_TRUE(peers.contains(v4->local().text()));
  EXPECT_TRUE(peers.contains(v6->local().text()));
  EXPECT_TRUE(run_until(loop, [&] { return at_v4.received.size() + at_v6.received.size() == 2; }));
}

// Answers each datagram twice, from where it was asked: two of one size, so that they leave as one.
struct Echo : UdpSocket::Handler {
  void on_datagram(const Endpoint& from, std::span<uint8_t> bytes, base::MonoTime) override {
    for (int i = 0; i < 2; ++i) {
      std::ranges::copy(bytes, socket->prepare(bytes.size()).begin());
      socket->commit(from, bytes.size(), socket->arrived_at());
    }
  }
  std::unique_ptr<UdpSocket> socket;
};

TEST(UdpSocket, AnswersLeaveFromTheAddressThatWasAsked) {
  for (const char* wildcard : {"0.0.0.0:0", "[::]:0"}) {
    Loop loop;
    Echo echo;
    echo.socket = open(loop, echo, wildcard);
    std::string port = std::to_string(echo.socket->local().port());
    Recorder at_client;
    auto client = open(loop, at_client);
    for (const char* host : {"127.0.0.2:", "127.0.0.3:"})
      client->send(*Endpoint::parse(host + port), datagram(100, 1));
    EXPECT_TRUE(run_until(loop, [&] { return at_client.received.size() == 4u; })) << wildcard;
    EXPECT_TRUE(at_client.peers.contains(*Endpoint::parse("127.0.0.2:" + port))) << wildcard;
    EXPECT_TRUE(at_client.peers.contains(*Endpoint::parse("127.0.0.3:" + port))) << wildcard;
    EXPECT_EQ(at_client.peers.size(), 2u) << wildcard;
    EXPECT_EQ(echo.socket->counters().sends, 1u);
  }
  Loop loop;
  Recorder anybody;
  auto one = open(loop, anybody), other = open(loop, anybody);
  other->send(one->local(), datagram(1, 1));
  EXPECT_TRUE(run_until(loop, [&] { return !anybody.received.empty(); }));
  EXPECT_EQ(one->arrived_at(), LocalAddress()) << "one address alone needs no telling";
}

TEST(UdpSocket, LoopsShareAPortAndKeepEachPeerAndASecondServerIsRefused) {
  Loop loop;
  Recorder at_first, at_second, ignored;
  auto first = open(loop, at_first);
  std::string at = first->local().text();
  auto second = UdpSocket::open(loop, at, Sharing::kFurther, at_second);
  ASSERT_TRUE(second.ok()) << second.error().message();
  auto stranger = UdpSocket::open(loop, at, Sharing::kFirst, ignored);
  ASSERT_FALSE(stranger.ok());
  EXPECT_NE(stranger.error().message().find("Address already in use"), std::string::npos);

  std::vector<std::unique_ptr<UdpSocket>> peers;
  for (int i = 0; i < 64; ++i) peers.push_back(open(loop, ignored));
  for (int round = 0; round < 3; ++round) {
    for (auto& peer : peers) peer->send(first->local(), datagram(5, 1));
  }
  ASSERT_TRUE(run_until(loop, [&] { return at_first.received.size() + at_second.received.size() == 192; }));
  EXPECT_GT(at_first.peers.size(), 8u);
  EXPECT_GT(at_second.peers.size(), 8u);
  EXPECT_EQ(at_first.peers.size() + at_second.peers.size(), 64u) << "a peer was seen by both";
}

TEST(UdpSocket, MayDieInTheTurnThatFilledItsBatch) {
  Loop loop;
  Recorder at_server, at_client;
  auto server = open(loop, at_server), client = open(loop, at_client);
  client->send(server->local(), datagram(5, 1));
  client.reset();
  loop.run_once(0ms);
  EXPECT_TRUE(at_server.received.empty());
}

TEST(UdpSocket, AWrongAddressIsAClearError) {
  Loop loop;
  Recorder ignored;
  auto bad = UdpSocket::open(loop, "192.0.2.1:80", Sharing::kFirst, ignored);
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message().find("system: udp: bind (192.0.2.1:80: "), std::string::npos);
  EXPECT_FALSE(UdpSocket::open(loop, "camera:80", Sharing::kFirst, ignored).ok());
}

}  // namespace
}  // namespace eyas::io
