// The client's session against what servers say, and against our own server's session.
#include "protocols/rtmp/client_session.h"

#include <gtest/gtest.h>

#include <deque>

#include "protocols/rtmp/session.h"
#include "protocols/rtmp/test_client.h"

namespace eyas::rtmp {
namespace {

using namespace std::chrono_literals;
using flv::AmfValue;
using test::ClientBytes;

constexpr base::MonoTime kNow{std::chrono::hours(1)};

Wish wish(const char* url, Wish::Role role = Wish::Role::kPlay) {
  base::Result<Wish> made = Wish::of(*base::Url::parse(url), role);
  EXPECT_TRUE(made.ok());
  return *made;
}

struct ClientBench : ClientSession::Sink {
  explicit ClientBench(Wish::Role role = Wish::Role::kPlay)
      : session({}, wish("rtmp://host:1936/live/alpha?key=x", role), *this, kNow, 1) {}
  void send(base::Slice bytes) override {
    sent.insert(sent.end(), bytes.data(), bytes.data() + bytes.size());
  }
  void on_connected() override { events += "connected; "; }
  void on_running() override { events += "running; "; }
  base::Status on_media(const Message& message) override {
    events += "media " + std::to_string(static_cast<int>(message.type)) + ":" +
              base::to_hex(message.payload) + "; ";
    return {};
  }
  std::vector<uint8_t> take() { return std::exchange(sent, {}); }
  std::vector<uint8_t> sent;
  std::string events;
  ClientSession session;
};

struct ServerBench : Session::Sink {
  ServerBench() : session({}, *this, kNow, 2) {}
  void send(base::Slice bytes) override {
    sent.insert(sent.end(), bytes.data(), bytes.data() + bytes.size());
  }
  void on_publish(uint32_t id, const Target& target) override {
    events += "publish " + target.stream + "?" + target.arguments + "; ";
    if (accept)
      session.publish_started(id);
    else
      session.publish_refused(id, "taken");
  }
  void on_play(uint32_t id, const Target& target) override {
    events += "play " + target.stream + "?" + target.arguments + "; ";
    if (accept)
      session.play_started(id);
    else
      session.play_refused(id, "NetStream.Play.StreamNotFound", "nobody");
  }
  base::Status on_media(const Message& message) override {
    events += "media " + base::to_hex(message.payload) + "; ";
    return {};
  }
  void on_stop(uint32_t) override { events += "stop; "; }
  void on_pause(uint32_t, bool) override {}
  void on_receive(uint32_t, MessageType, bool) override {}
  void on_limit(Limit) override {}
  std::vector<uint8_t> take() { return std::exchange(sent, {}); }
  bool accept = true;
  std::vector<uint8_t> sent;
  std::string events;
  Session session;
};

// Carries bytes until nobody has anything to say.
base::Status talk(ClientBench& client, ServerBench& server, size_t piece = 1 << 20) {
  while (true) {
    std::vector<uint8_t> up = client.take(), down = server.take();
    if (up.empty() && down.empty()) return {};
    if (!up.empty()) {
      EXPECT_TRUE(server.session.on_bytes(up, kNow).ok());
    }
    for (size_t at = 0; at < down.size(); at += piece) {
      base::Status status =
          client.session.on_bytes(base::Bytes(down).subspan(at, std::min(piece, down.size() - at)), kNow);
      if (!status) return status;
    }
  }
}

TEST(RtmpWish, IsCutFromTheUrl) {
  Wish two = wish("rtmp://host/live/alpha");
  EXPECT_EQ(two.app, "live");
  EXPECT_EQ(two.name, "alpha");
  EXPECT_EQ(two.tc_url, "rtmp://host/live");
  Wish three = wish("rtmps://host:444/live/inst%61nce/key?a=b&c=%20");
  EXPECT_EQ(three.app, "live/instance");
  EXPECT_EQ(three.name, "key?a=b&c=%20");
  EXPECT_EQ(three.tc_url, "rtmps://host:444/live/instance");
  for (const char* bad :
       {"rtmp://host", "rtmp://host/live", "rtmp://host/live/", "rtmp:///live/a", "rtmp://host//a"}) {
    base::Result<Wish> made = Wish::of(*base::Url::parse(bad), Wish::Role::kPlay);
    EXPECT_FALSE(made.ok()) << bad;
  }
}

TEST(RtmpClientSession, PlaysFromOurServerInAnySplit) {
  for (size_t piece : {1, 7, 1000, 1 << 20}) {
    ClientBench client;
    ServerBench server;
    client.session.start();
    ASSERT_TRUE(talk(client, server, piece).ok());
    EXPECT_EQ(server.events, "play live/alpha?key=x; ");
    EXPECT_TRUE(client.events.starts_with("connected; running; ")) << client.events;
    EXPECT_TRUE(client.session.running());
    EXPECT_TRUE(client.session.peer_capabilities().enhanced);
    // Its end.
    server.session.play_ended(client.session.stream_id());
    base::Status over = talk(client, server, piece);
    ASSERT_FALSE(over.ok());
    EXPECT_EQ(over.error().code, base::Code::kClosed);
  }
}

TEST(RtmpClientSession, PublishesWhenItHasSomethingToSend) {
  ClientBench client(Wish::Role::kPublish);
  ServerBench server;
  client.session.start();
  ASSERT_TRUE(talk(client, server).ok());
  EXPECT_EQ(client.events, "connected; ");
  EXPECT_EQ(server.events, "");
  EXPECT_TRUE(client.session.on_tick(kNow + 30s).ok());  // it is we who take our time
  client.session.publish();
  ASSERT_TRUE(talk(client, server).ok());
  EXPECT_EQ(client.events, "connected; running; ");
  EXPECT_EQ(server.events, "publish live/alpha?key=x; ");
  EXPECT_EQ(client.session.chunk_size_out(), ClientSession::kPublishChunkBytes);
  client.session.unpublish();
  ASSERT_TRUE(talk(client, server).ok());
  EXPECT_EQ(server.events, "publish live/alpha?key=x; stop; ");
}

TEST(RtmpClientSession, RefusalsSayWhy) {
  for (Wish::Role role : {Wish::Role::kPlay, Wish::Role::kPublish}) {
    ClientBench client(role);
    ServerBench server;
    server.accept = false;
    client.session.start();
    base::Status status = talk(client, server);
    if (role == Wish::Role::kPublish) {
      ASSERT_TRUE(status.ok());
      client.session.publish();
      status = talk(client, server);
    }
    ASSERT_FALSE(status.ok());
    bool plays = role == Wish::Role::kPlay;
    EXPECT_EQ(status.error().code, plays ? base::Code::kNotFound : base::Code::kRefused);
    EXPECT_NE(status.error().detail.find(plays ? "StreamNotFound: nobody" : "BadName: taken"),
              std::string::npos)
        << status.error().message();
  }
}

// A server that says what the test wants, after the handshake.
struct Scripted {
  explicit Scripted(Wish::Role role = Wish::Role::kPlay) : client(role) {
    client.session.start();
    std::vector<uint8_t> hello(1 + 2 * kHandshakeBytes);
    hello[0] = 3;
    EXPECT_TRUE(feed(hello).ok());
  }
  base::Status feed(const std::vector<uint8_t>& bytes) { return client.session.on_bytes(bytes, kNow); }
  base::Status result(double transaction, AmfValue first, AmfValue second, const char* name = "_result") {
    return feed(bytes.command(0, name, transaction, {std::move(first), std::move(second)}));
  }
  base::Status status(const char* level, const char* code) {
    return feed(
        bytes.command(1, "onStatus", 0, {AmfValue::null(), status_object(level, code, "words\r\nmore")}));
  }
  void open() {
    EXPECT_TRUE(result(1, AmfValue::null(), AmfValue::null()).ok());
    EXPECT_TRUE(result(4, AmfValue::null(), AmfValue::number(1)).ok());
  }
  ClientBytes bytes;
  ClientBench client;
};

TEST(RtmpClientSession, DifferentServersEndDifferently) {
  const std::pair<const char*, base::Code> cases[] = {
      {"NetStream.Play.StreamNotFound", base::Code::kNotFound},
      {"NetStream.Play.Failed", base::Code::kRefused},
      {"NetStream.Play.UnpublishNotify", base::Code::kClosed},
      {"NetStream.Play.Stop", base::Code::kClosed},
      {"NetStream.Play.Complete", base::Code::kClosed},
      {"NetConnection.Connect.ReconnectRequest", base::Code::kClosed},
  };
  for (const auto& [code, want] : cases) {
    Scripted server;
    server.open();
    EXPECT_TRUE(server.status("status", "NetStream.Play.Reset").ok());
    base::Status status = server.status("status", code);
    ASSERT_FALSE(status.ok()) << code;
    EXPECT_EQ(status.error().code, want) << code;
    EXPECT_EQ(status.error().message().find('\n'), std::string::npos);
  }
  Scripted rejecting;
  base::Status status =
      rejecting.result(1, AmfValue::null(),
                       status_object("error", "NetConnection.Connect.Rejected", "authmod=adobe"), "_error");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, base::Code::kRefused);
  Scripted closing;
  closing.open();
  EXPECT_EQ(closing.feed(closing.bytes.command(0, "close", 0, {})).error().code, base::Code::kClosed);
}

TEST(RtmpClientSession, ServersMayPlayWithoutSayingSo) {
  Scripted server;
  server.open();
  EXPECT_TRUE(
      server.feed(server.bytes.media(MessageType::kDataAmf0, 0, "02000d40736574446174614672616d65020001"))
          .ok());
  EXPECT_FALSE(server.client.session.running());
  EXPECT_TRUE(server.feed(server.bytes.media(MessageType::kVideo, 0, "17010000")).ok());
  EXPECT_EQ(server.client.events, "connected; media 18:020001; running; media 9:17010000; ");
}

TEST(RtmpClientSession, PingsAndWindowsAreAnswered) {
  Scripted server;
  server.open();
  server.client.take();
  ChunkWriter writer(kChunkSizeDefault);
  writer.write(2, user_control(UserEvent::kPingRequest, 77));
  writer.write(2, window_ack_size(5000));
  EXPECT_TRUE(server.feed(writer.take()).ok());
  test::ClientReader reader;
  reader.feed(std::vector<uint8_t>(1 + 2 * kHandshakeBytes));
  reader.feed(server.client.take());
  ASSERT_EQ(reader.count(MessageType::kUserControl), 1u);
  EXPECT_EQ(base::to_hex(reader.first(MessageType::kUserControl)->payload), "00070000004d");
  EXPECT_TRUE(server.feed(server.bytes.message(MessageType::kAudio, 1, 0, std::vector<uint8_t>(6000))).ok());
  reader.feed(server.client.take());
  EXPECT_EQ(reader.count(MessageType::kAcknowledgement), 1u);
}

TEST(RtmpClientSession, TimeIsLimited) {
  Options options;
  ClientBench silent;
  silent.session.start();
  EXPECT_TRUE(silent.session.on_tick(kNow + options.handshake_timeout - 1ms).ok());
  EXPECT_EQ(silent.session.on_tick(kNow + options.handshake_timeout).error().code, base::Code::kTimeout);
  Scripted server;
  server.open();
  EXPECT_TRUE(server.status("status", "NetStream.Play.Start").ok());
  server.client.take();
  EXPECT_TRUE(server.client.session.on_tick(kNow + options.ping_interval).ok());
  EXPECT_FALSE(server.client.take().empty());
  EXPECT_EQ(server.client.session.on_tick(kNow + options.idle_timeout).error().code, base::Code::kTimeout);
}

TEST(RtmpClientSession, CommandsAreLimited) {
  Scripted server;
  std::vector<AmfValue> values(70, AmfValue::string(std::string(1000, 'x')));
  EXPECT_EQ(server.feed(server.bytes.command(0, "onStatus", 0, values)).error().code, base::Code::kLimit);
}

}  // namespace
}  // namespace eyas::rtmp
