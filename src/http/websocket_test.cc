#include <gtest/gtest.h>

#include "http/test_peer.h"
#include "http/test_routes.h"
#include "http/websocket_frame.h"

namespace eyas::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::Peer;

// A client's frame: `first` is FIN, reserved bits and opcode; the mask is 01 02 03 04.
std::string masked(uint8_t first, std::string payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += "\xfe"s + static_cast<char>(payload.size() >> 8) + static_cast<char>(payload.size());
  }
  out += "\x01\x02\x03\x04";
  for (size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ (1 + (i & 3)));
  return out;
}

// Writes down what was read.
struct Recorder : WebSocketReader::Sink {
  void on_message(WebSocket::Kind kind, base::Bytes payload) override {
    log += (kind == WebSocket::Kind::kText ? "text:" : "binary:") + std::string(base::as_text(payload)) + ";";
  }
  void on_ping(base::Bytes payload) override { log += "ping:" + std::string(base::as_text(payload)) + ";"; }
  void on_pong() override { log += "pong;"; }
  void on_close(uint16_t code) override { log += "close:" + std::to_string(code) + ";"; }
  std::string log;
};

std::string read(std::string_view input, size_t piece = 1 << 20) {
  Recorder recorder;
  WebSocketReader reader(1000);
  for (; !input.empty(); input.remove_prefix(std::min(piece, input.size()))) {
    if (!reader.feed(base::as_bytes(input.substr(0, piece)), recorder)) {
      return recorder.log + "failed:" + std::to_string(static_cast<int>(reader.close_code()));
    }
  }
  return recorder.log;
}

TEST(WebSocketReader, JoinsFragmentsAroundControlFrames) {
  std::string input = masked(0x01, "Hel") + masked(0x89, "p") + masked(0x80, "lo") +
                      masked(0x82, std::string(300, 'b')) + masked(0x8a, "") +
                      masked(0x88,
                             "\x03\xe8"
                             "bye") +
                      masked(0x81, "unread");
  std::string whole = "ping:p;text:Hello;binary:" + std::string(300, 'b') + ";pong;close:1000;";
  for (size_t piece = 1; piece < input.size(); ++piece) EXPECT_EQ(read(input, piece), whole) << piece;
}

TEST(WebSocketReader, RefusesWhatTheProtocolForbids) {
  EXPECT_EQ(read("\x81\x02hi"), "failed:1002") << "not masked";
  EXPECT_EQ(read(masked(0xc1, "a")), "failed:1002") << "reserved bit";
  EXPECT_EQ(read(masked(0x83, "a")), "failed:1002") << "unknown opcode";
  EXPECT_EQ(read(masked(0x8b, "a")), "failed:1002") << "unknown control opcode";
  EXPECT_EQ(read(masked(0x80, "a")), "failed:1002") << "continues nothing";
  EXPECT_EQ(read(masked(0x01, "a") + masked(0x81, "b")), "failed:1002") << "a message inside a message";
  EXPECT_EQ(read(masked(0x09, "a")), "failed:1002") << "fragmented ping";
  EXPECT_EQ(read(masked(0x89, std::string(126, 'a'))), "failed:1002") << "long ping";
  EXPECT_EQ(read("\x81\xfe\x00\x7d\x01\x02\x03\x04"s), "failed:1002") << "length in too many bytes";
  EXPECT_EQ(read("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04"s), "failed:1002")
      << "length's top bit";
  EXPECT_EQ(read(masked(0x88, "\x03")), "failed:1002") << "half a close code";
  EXPECT_EQ(read(masked(0x88, "\x03\xed")), "failed:1002") << "1005 on the wire";
  EXPECT_EQ(read(masked(0x88, "\x03\xe8\xff")), "failed:1007") << "reason is not UTF-8";
  EXPECT_EQ(read(masked(0x81, "\xc0\xaf")), "failed:1007") << "overlong UTF-8";
  EXPECT_EQ(read(masked(0x81, "\xed\xa0\x80")), "failed:1007") << "surrogate";
  EXPECT_EQ(read(masked(0x82, std::string(1001, 'a'))), "failed:1009") << "too long";
  EXPECT_EQ(read(masked(0x02, std::string(600, 'a')) + masked(0x80, std::string(401, 'a'))), "failed:1009");
  EXPECT_EQ(read("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04"s), "failed:1009")
      << "2^63 - 1 bytes";
  EXPECT_EQ(read(masked(0x81, "\xed\x95\x9c\xea\xb8\x80")), "text:\xed\x95\x9c\xea\xb8\x80;");
  EXPECT_EQ(read(masked(0x88, "")), "close:1005;");
}

// The example of [RFC 6455 1.3].
TEST(WebSocketHandshake, AcceptsTheKeyOfTheSpecification) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(websocket_accept("short=="), std::nullopt);
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25j!!=="), std::nullopt);
}

const std::string kHandshake =
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

struct WebSocketOnHttp1 : testing::Test {
  WebSocketOnHttp1() { test::add_routes(router, held); }
  io::sim::SimWorld world;
  io::sim::SimExecutor& executor = world.add_loop();
  test::Held held;
  Router router;
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  Server server{executor, router, {}, shared};
};

TEST_F(WebSocketOnHttp1, EchoesAndAnswersPings) {
  Peer peer(executor, server);
  // The first frame comes with the handshake.
  peer.send(kHandshake + "Sec-WebSocket-Protocol: a, chat\r\n\r\n" + masked(0x81, "hi"));
  std::string answer = peer.take();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << answer;
  EXPECT_NE(answer.find("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
  EXPECT_NE(answer.find("sec-websocket-protocol: chat\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n\x81\x02hi")) << answer;
  peer.send(masked(0x89, "p"));
  EXPECT_EQ(peer.take(), "\x8a\x01p");
  peer.send(masked(0x88, "\x03\xe8"));
  EXPECT_EQ(peer.take(), "\x88\x02\x03\xe8");
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(held.closed, 1);
}

TEST_F(WebSocketOnHttp1, RefusesBadHandshakes) {
  auto ask = [this](const std::string& request) {
    Peer peer(executor, server);
    peer.send(request);
    return peer.take().substr(9, 3);
  };
  EXPECT_EQ(ask("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n"), "426");
  EXPECT_EQ(ask(kHandshake + "Origin: http://elsewhere\r\n\r\n"), "403");
  EXPECT_EQ(ask(kHandshake + "Origin: http://x\r\n\r\n"), "101");
  std::string old = kHandshake;
  old.replace(old.find(": 13"), 4, ": 8");
  EXPECT_EQ(ask(old + "\r\n"), "426");
  std::string key = kHandshake;
  key.replace(key.find("dGhl"), 4, "");
  EXPECT_EQ(ask(key + "\r\n"), "400");
}

TEST_F(WebSocketOnHttp1, ClosesOnBadFramesWithACode) {
  Peer peer(executor, server);
  peer.send(kHandshake + "\r\n");
  peer.take();
  peer.send(masked(0x82, std::string(1001, 'a')));
  EXPECT_EQ(peer.take(), "\x88\x02\x03\xf1");  // 1009
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(shared->stats.hits(Limit::kWebSocketMessage), 1u);
}

TEST_F(WebSocketOnHttp1, PingsTheSilentAndDropsTheDead) {
  Peer peer(executor, server);
  peer.send(kHandshake + "\r\n");
  peer.take();
  world.advance(21s);
  EXPECT_EQ(peer.take(), "\x89\x00"s);
  peer.send(masked(0x8a, ""));
  world.advance(38s);
  EXPECT_FALSE(peer.closed());
  world.advance(3s);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(held.closed, 1);
}

TEST_F(WebSocketOnHttp1, ADyingHandleAndADrainingServerSayGoingAway) {
  Peer first(executor, server), second(executor, server);
  first.send(kHandshake + "\r\n");
  second.send(kHandshake + "\r\n");
  first.take(), second.take();
  held.sockets.erase(held.sockets.begin());
  EXPECT_EQ(first.take(), "\x88\x02\x03\xe9");
  server.drain(5s, [] {});
  EXPECT_EQ(second.take(), "\x88\x02\x03\xe9");
}

}  // namespace
}  // namespace eyas::http
