#include "protocols/webrtc/tcp_peer.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "io/tcp.h"

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;

struct Owner : TcpPeer::Owner {
  void on_packet(const PeerPath&, std::span<uint8_t> packet) override {
    packets.emplace_back(packet.begin(), packet.end());
  }
  void on_tcp_closed(const PeerPath&) override { closed = true; }
  std::vector<std::string> packets;
  bool closed = false;
};

struct TcpPeerTest : testing::Test {
  TcpPeerTest() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    remote = fds[1];
    peer = std::make_unique<TcpPeer>(PeerPath{{}, 7, {}}, io::adopt_socket(loop, fds[0]),
                                     io::AddressCensus::Place(), owner);
    peer->start();
  }
  ~TcpPeerTest() override { close(remote); }
  void say(const char* hex) {
    auto bytes = base::from_hex(hex);
    EXPECT_EQ(write(remote, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    loop.run_once(100ms);
  }
  void send(std::string_view text) {
    auto room = peer->prepare(1200, 64 * 1024);
    ASSERT_GE(room.size(), text.size());
    std::ranges::copy(text, room.begin());
    peer->commit(text.size());
  }

  io::Loop loop;
  Owner owner;
  int remote = -1;
  std::unique_ptr<TcpPeer> peer;
};

TEST_F(TcpPeerTest, CutsPacketsOutOfTheStream) {
  say("0003616263 0002 64");
  EXPECT_EQ(owner.packets, (std::vector<std::string>{"abc"}));
  say("65");
  EXPECT_EQ(owner.packets, (std::vector<std::string>{"abc", "de"}));
}

TEST_F(TcpPeerTest, WhatOneTurnSendsLeavesAsOneWrite) {
  send("abc");
  send("de");
  peer->prepare(1200, 64 * 1024);  // without commit
  loop.run_once(0ms);
  char bytes[64];
  ssize_t got = recv(remote, bytes, sizeof bytes, MSG_DONTWAIT);
  ASSERT_EQ(got, 9);
  EXPECT_EQ(std::string(bytes, 9), std::string("\0\3abc\0\2de", 9));
}

TEST_F(TcpPeerTest, ASlowPeerLosesPacketsBeyondTheLimit) {
  constexpr size_t kLimit = 64 * 1024;
  size_t sent = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto room = peer->prepare(1200, kLimit);
    if (room.empty()) break;
    peer->commit(1200);
    sent += 1200;
    if (i % 10 == 0) loop.run_once(0ms);
  }
  EXPECT_TRUE(peer->prepare(1200, kLimit).empty());
  EXPECT_GT(sent, kLimit / 2);
}

TEST_F(TcpPeerTest, AFrameLongerThanAnyPacketEndsTheConnection) {
  say("ffff 00");
  for (int i = 0; i < 10 && !owner.closed; ++i) loop.run_once(10ms);
  EXPECT_TRUE(owner.closed);
}

TEST_F(TcpPeerTest, TheLastPacketsOfATurnLeaveBeforeAGoodbye) {
  send("bye");
  peer->close_after_flush();
  char bytes[64];
  EXPECT_EQ(recv(remote, bytes, sizeof bytes, 0), 5);
  EXPECT_EQ(recv(remote, bytes, sizeof bytes, 0), 0);
}

}  // namespace
}  // namespace eyas::webrtc
